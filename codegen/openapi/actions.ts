import { type Envelope, ref } from './envelopes.js';
import { type Call, operation } from './operations.js';
import type { Paths } from './paths.js';

/** The routes that belong to no entity, and the few that do something else than store records. */
const reads: readonly (readonly [
  path: string,
  tag: string,
  name: string,
  summary: string,
  answer: Envelope,
])[] = [
  [
    '/V1.0/EntityInformation',
    'Tenant',
    'allEntityInformation',
    'What may be done with every entity',
    'AllEntityInformationResult',
  ],
  ['/V1.0/ThresholdInformation', 'Tenant', 'threshold', 'Requests used in this hour', 'ThresholdResult'],
  ['/V1.0/Modules', 'Tenant', 'modules', 'Modules that the tenant has', 'ModulesResult'],
  ['/V1.0/Version', 'Tenant', 'version', 'Version of Autotask', 'VersionResult'],
  [
    '/V1.0/Authenticate',
    'Tenant',
    'authenticate',
    'A token; the three headers are what all calls take',
    'AuthenticateResult',
  ],
];

const invoiceReads = [
  ['InvoicePdf', 'The printed invoice as a PDF file', 'InvoiceFile'],
  ['InvoiceMarkupHtml', 'The printed invoice as HTML', 'InvoiceMarkup'],
  ['InvoiceMarkupXml', 'The printed invoice as XML', 'InvoiceMarkup'],
] as const;

const settings = '/V1.0/Companies/{id}/invoiceSettings';

const recipients = (kind: 'contact' | 'resource', answer: Envelope): Paths => {
  const key = `${kind}Id`;
  const call = { tag: 'Companies', parameters: ['id'] } as const;
  const remove = operation({
    ...call,
    operationId: `Companies_remove_${kind}_recipient`,
    summary: `Stop sending a company's invoices to a ${kind}`,
    answer: ref('OperationResult'),
  });
  const path = { name: key, in: 'path', required: true, schema: { type: 'integer', format: 'int64' } };
  return {
    [`${settings}/${kind}Recipients`]: {
      post: operation({
        ...call,
        operationId: `Companies_add_${kind}_recipients`,
        summary: `Send a company's invoices to more ${kind}s`,
        body: ref('Recipients'),
        answer: ref(answer),
      }),
    },
    [`${settings}/${kind}Recipients/{${key}}`]: { delete: withPath(remove, path) },
  };
};

const withPath = (call: ReturnType<typeof operation>, path: object) => ({
  ...call,
  parameters: [{ $ref: '#/components/parameters/id' }, path],
});

/** No login and no version: how a client finds the host of its tenant. */
const open = (call: Call, parameters: readonly object[] = []) => ({
  ...operation(call),
  security: [],
  ...(parameters.length === 0 ? {} : { parameters }),
});

export function actionPaths(): Paths {
  const settingsCall = { tag: 'Companies', parameters: ['id'] } as const;
  return {
    '/VersionInformation': {
      get: open({
        operationId: 'apiVersions',
        tag: 'Tenant',
        summary: 'Versions of the API',
        answer: ref('ApiVersionsResult'),
      }),
    },
    '/V1.0/ZoneInformation': {
      get: open(
        {
          operationId: 'zoneInformation',
          tag: 'Tenant',
          summary: 'Where the tenant of a user is',
          answer: ref('ZoneResult'),
        },
        [{ name: 'user', in: 'query', required: true, schema: { type: 'string' } }],
      ),
    },
    ...Object.fromEntries(
      reads.map(([path, tag, operationId, summary, answer]) => [
        path,
        { get: operation({ operationId, tag, summary, answer: ref(answer) }) },
      ]),
    ),
    ...Object.fromEntries(
      invoiceReads.map(([name, summary, answer]) => [
        `/V1.0/Invoices/{id}/${name}`,
        {
          get: operation({
            operationId: `Invoices_${name}`,
            tag: 'Invoices',
            summary,
            parameters: ['id'],
            answer: ref(answer),
          }),
        },
      ]),
    ),
    [settings]: {
      get: operation({
        ...settingsCall,
        operationId: 'Companies_invoiceSettings',
        summary: 'How a company gets its invoices',
        answer: ref('InvoiceSettings'),
      }),
      put: operation({
        ...settingsCall,
        operationId: 'Companies_update_invoiceSettings',
        summary: 'Change how a company gets its invoices; recipients have their own calls',
        body: ref('InvoiceSettings'),
        answer: ref('OperationResult'),
      }),
    },
    ...recipients('contact', 'ContactRecipientsResult'),
    ...recipients('resource', 'ResourceRecipientsResult'),
  };
}
