import { httpVariableTable } from './http-variables.js';
import { machineVariables } from './machine-variables.js';
import type { Variable } from './variable.js';

export { type Variable, type VariableGroup, variableGroups } from './variable.js';

/**
 * Every variable of the environment that this program reads, and the only place that knows their defaults.
 * What a value must look like stands in the schemas of http.ts, index.ts and writes.ts.
 */
export const variableTable = [
  {
    name: 'AUTOTASK_USERNAME',
    group: 'credentials',
    meaning: 'user name (key) of the API user',
    file: true,
  },
  {
    name: 'AUTOTASK_SECRET',
    group: 'credentials',
    meaning: 'password (secret) of the API user',
    secret: true,
    file: true,
  },
  {
    name: 'AUTOTASK_INTEGRATION_CODE',
    group: 'credentials',
    meaning: 'tracking identifier of the API user',
    secret: true,
    file: true,
  },
  {
    name: 'AUTOTASK_API_URL',
    group: 'service',
    meaning: 'pins the zone, e.g. `https://webservices2.autotask.net/atservicesrest/`',
    unset: 'found by the user name',
  },
  {
    name: 'AUTOTASK_ZONE_URL',
    group: 'service',
    meaning: 'where the zone is looked up',
    default: 'https://webservices.autotask.net/',
  },
  {
    name: 'AUTOTASK_TIMEOUT_MS',
    group: 'service',
    meaning: 'milliseconds for one request',
    default: '60000',
  },
  {
    name: 'AUTOTASK_MAX_CONCURRENCY',
    group: 'service',
    meaning: 'requests at once; per endpoint never more than 3',
    default: '10',
  },
  {
    name: 'AUTOTASK_HOURLY_SHARE',
    group: 'service',
    meaning:
      "percent of the tenant's hourly requests at which this server stops, whoever sent them, so that other integrations keep the rest",
    unset: 'slowed down, not stopped',
  },
  {
    name: 'AUTOTASK_CACHE_DIR',
    group: 'service',
    meaning: 'folder for cached metadata; `none` keeps it in memory',
    unset: "the platform's cache folder",
  },
  {
    name: 'AUTOTASK_TIMEZONE',
    group: 'answers',
    meaning: 'zone of dates that name none, and of answers, e.g. `Europe/Berlin`',
    default: 'UTC',
  },
  {
    name: 'AUTOTASK_CLOSED_STATUS_IDS',
    group: 'answers',
    meaning: 'ticket status codes that count as closed',
    default: '5,16',
  },
  { name: 'AUTOTASK_READ_ONLY', group: 'writes', meaning: '`true`: no tool that writes', default: 'false' },
  {
    name: 'AUTOTASK_CONFIRM_MODE',
    group: 'writes',
    meaning: 'what lets a write through: `token`, `preview`, `elicit` or `person`',
    default: 'token',
  },
  {
    name: 'AUTOTASK_CONFIRM_KEY',
    group: 'writes',
    meaning:
      'key of preview tokens and list cursors, the same for all replicas, with `AUTOTASK_STATE_URL`; 32 characters or more',
    unset: 'each process makes its own',
    secret: true,
    file: true,
  },
  {
    name: 'AUTOTASK_CONFIRM_SECONDS',
    group: 'writes',
    meaning: 'how long a preview can be confirmed',
    default: '600',
  },
  {
    name: 'AUTOTASK_IMPERSONATION_RESOURCE_ID',
    group: 'writes',
    meaning: 'id of the resource in whose name is written',
    unset: 'the API user',
  },
  {
    name: 'AUTOTASK_ME',
    group: 'writes',
    meaning:
      'e-mail address or user name of whoever uses this server; `me` is that person, writes carry their name; over stdio only',
    unset: 'nobody',
  },
  {
    name: 'AUTOTASK_ME_UNSUPPORTED',
    group: 'writes',
    meaning:
      'writes of a person where Autotask records no name: `refuse`, or `api-user` makes them as the API user',
    default: 'refuse',
  },
  {
    name: 'AUTOTASK_MARK_FIELDS',
    group: 'writes',
    meaning: 'fields that receive a mark on create, e.g. `Tickets.externalID`',
    default: '',
    unset: 'none',
  },
  {
    name: 'AUTOTASK_FILES_DIR',
    group: 'writes',
    meaning: 'folder whose files may be attached by their path; over stdio only',
    unset: 'none',
  },
  {
    name: 'AUTOTASK_POLICY_FILE',
    group: 'policy',
    meaning: 'JSON file with the settings of this group',
    unset: 'none',
  },
  {
    name: 'AUTOTASK_READ_ENTITIES',
    group: 'policy',
    meaning: 'entities that may be read, e.g. `*,!Invoices`',
    unset: 'all',
  },
  {
    name: 'AUTOTASK_WRITE_ENTITIES',
    group: 'policy',
    meaning: 'entities that may be written; they must be readable too',
    unset: 'all',
  },
  {
    name: 'AUTOTASK_CREATE_ENTITIES',
    group: 'policy',
    meaning: 'of these, which may be created',
    unset: 'all',
  },
  { name: 'AUTOTASK_UPDATE_ENTITIES', group: 'policy', meaning: 'which may be changed', unset: 'all' },
  { name: 'AUTOTASK_DELETE_ENTITIES', group: 'policy', meaning: 'which may be deleted', unset: 'all' },
  {
    name: 'AUTOTASK_READ_COMPANIES',
    group: 'policy',
    meaning: 'companies whose records may be read, e.g. `175,Contoso*,type:Customer,!classification:VIP`',
    unset: 'all',
  },
  {
    name: 'AUTOTASK_WRITE_COMPANIES',
    group: 'policy',
    meaning: 'of these, those whose records may be written',
    unset: 'all',
  },
  {
    name: 'AUTOTASK_DISABLED_TOOLS',
    group: 'policy',
    meaning: 'tools that are not offered, e.g. `delete-entity,*-company`',
    unset: 'none',
  },
  {
    name: 'AUTOTASK_MASK_FIELDS',
    group: 'policy',
    meaning: 'fields never returned, accepted or filtered by, e.g. `Roles.hourlyRate`',
    unset: 'none',
  },
  {
    name: 'AUTOTASK_MAX_WRITES_PER_HOUR',
    group: 'policy',
    meaning:
      'writes per hour, failed ones included; of this process, or of all that share `AUTOTASK_STATE_URL`',
    unset: 'without limit',
  },
  {
    name: 'AUTOTASK_MAX_RECORDS_PER_CALL',
    group: 'policy',
    meaning: 'records that one call may write, at most 500; per operation `100,delete=10`',
    unset: '100',
  },
  {
    name: 'AUTOTASK_CUSTOMER_VISIBLE_NOTES',
    group: 'policy',
    meaning: '`true` lets notes and attachments through that the customer sees',
    unset: 'refused',
  },
  {
    name: 'AUTOTASK_STATE_URL',
    group: 'state',
    meaning:
      'Valkey or Redis in which replicas share limits, pauses, confirmations and metadata, e.g. `rediss://user:password@valkey.example.com:6379/0`',
    unset: 'each process has its own',
    secret: true,
    file: true,
  },
  {
    name: 'AUTOTASK_STATE_SHARE',
    group: 'state',
    meaning:
      'percent of the limits that this replica keeps to while the shared state does not answer; 0: it sends nothing then',
    default: '33',
  },
  { name: 'AUTOTASK_AUDIT_LOG', group: 'audit', meaning: 'file that records every write', unset: 'none' },
  {
    name: 'AUTOTASK_AUDIT_KEY',
    group: 'audit',
    meaning: "key of the log's hash chain; 32 characters or more",
    unset: 'a chain without key',
    secret: true,
    file: true,
  },
  {
    name: 'AUTOTASK_AUDIT_MAX_BYTES',
    group: 'audit',
    meaning: 'size at which the file is set aside',
    default: '10000000',
  },
  {
    name: 'AUTOTASK_AUDIT_COPY',
    group: 'audit',
    meaning:
      'where each line also goes, for a collector: `stdout` (over HTTP only) or `syslog://HOST[:PORT]` (TCP, 601)',
    unset: 'nowhere',
  },
  {
    name: 'AUTOTASK_REPLICA_NAME',
    group: 'audit',
    meaning:
      'name of this replica; `a` makes `audit@a.jsonl` of `audit.jsonl`, a chain of its own, and stands in each line',
    unset: "the machine's name with `AUTOTASK_STATE_URL`, else none",
  },
  ...httpVariableTable,
  {
    name: 'LOG_LEVEL',
    group: 'log',
    meaning: '`debug`, `info`, `warning` or `error`, on stderr',
    default: 'info',
  },
  {
    name: 'LOG_FORMAT',
    group: 'log',
    meaning: '`simple` lines, or one `json` object per line',
    default: 'simple',
  },
  {
    name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    group: 'traces',
    meaning:
      'OpenTelemetry collector that receives traces as JSON over HTTP, e.g. `http://127.0.0.1:4318`; the other variables of the OpenTelemetry SDK count as well',
    unset: 'none are made',
  },
  {
    name: 'OTEL_EXPORTER_OTLP_HEADERS',
    group: 'traces',
    meaning: 'headers that the collector wants, e.g. `api-key=…,tenant=…`',
    unset: 'none',
    secret: true,
    file: true,
  },
  {
    name: 'OTEL_TRACES_EXPORTER',
    group: 'traces',
    meaning: '`otlp`, or `none`: no traces all the same',
    default: 'otlp',
  },
  { name: 'OTEL_SDK_DISABLED', group: 'traces', meaning: '`true`: no traces all the same', default: 'false' },
  ...machineVariables,
] as const satisfies readonly Variable[];

export type VariableName = (typeof variableTable)[number]['name'];

const table: readonly Variable[] = variableTable;

/** Those that this program has for itself; they are checked and may not be misspelt. */
export const ownVariables: readonly Variable[] = table.filter(({ group }) => group !== 'machine');
