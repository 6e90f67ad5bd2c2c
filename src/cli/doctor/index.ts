import packageJson from '../../../package.json' with { type: 'json' };
import type { Config, Sources } from '../../config/index.js';
import { createProgress } from '../../progress.js';
import type { Redact } from '../../redact.js';
import { textBoundary } from '../../text-boundary.js';
import { type ProgramName, upstreamOf } from '../serve/tenant-access.js';
import { paintFor } from '../style.js';
import { examineEntities, mainEntities } from './entities.js';
import type { EntityRights, Finding } from './finding.js';
import { examineFolders } from './folders.js';
import { type Report, reportText } from './print.js';
import { examineHttp, examineNode, examineRules } from './rules.js';
import { examineSettings } from './settings.js';
import { examineSharedState } from './shared-state.js';
import { examineUpstream } from './upstream.js';

interface Tenant {
  readonly findings: readonly Finding[];
  readonly entities: readonly EntityRights[];
}

const skipped = (detail: string): Tenant => ({
  findings: [{ check: 'Connection', status: 'skipped', detail }],
  entities: [],
});

function missing({ missing: names }: Config): Tenant {
  const next =
    'Create an API user in Autotask (Admin, Resources/Users) with a tracking identifier and set its values, or try autotask-mcp doctor --demo.';
  const detail = `not set: ${names.join(', ')}`;
  return { findings: [{ check: 'Credentials', status: 'problem', detail, next }], entities: [] };
}

async function examineTenant(config: Config, step: (done: string) => void): Promise<Tenant> {
  const upstream = await upstreamOf(config);
  try {
    const { credentials } = upstream;
    if (credentials === null) {
      return config.http?.auth === 'gateway'
        ? skipped('the gateway brings the credentials')
        : missing(config);
    }
    const settings = { ...upstream.settings, credentials, log: () => {} };
    const { findings, reader } = await examineUpstream(settings, step);
    if (reader === null) return { findings, entities: [] };
    const permissions = await examineEntities(reader, config, step);
    return { findings: [...findings, ...permissions.findings], entities: permissions.rights };
  } finally {
    await upstream.close();
  }
}

async function examine(sources: Sources, { version }: ProgramName): Promise<Report> {
  const { config, variables, findings, redact } = await examineSettings(sources);
  const node = examineNode(packageJson.engines.node);
  const mode = sources.flags.demo === true ? 'demo' : 'live';
  const known = { version, mode, variables } as const;
  if (config === null) {
    const rest = skipped('not tried before the configuration is right');
    return { ...known, entities: [], findings: outgoing([node, ...findings, ...rest.findings], redact) };
  }
  const total = mainEntities.length + 2;
  const bar = createProgress((text) => process.stderr.write(text), process.stderr.isTTY, total);
  let done = 0;
  const step = (what: string) => {
    done += 1;
    bar.step(done, what);
  };
  bar.step(done, 'configuration');
  const [folders, shared, http, tenant] = await Promise.all([
    examineFolders(config),
    examineSharedState(config),
    examineHttp(config.http),
    examineTenant(config, step),
  ]).finally(() => bar.end('clear'));
  const all = [
    node,
    ...findings,
    ...tenant.findings,
    ...examineRules(config),
    ...http,
    ...shared,
    ...folders,
  ];
  return { ...known, entities: tenant.entities, findings: outgoing(all, redact) };
}

/** What is shown, as it may leave. */
function outgoing(findings: readonly Finding[], redact: Redact): Finding[] {
  const { text } = textBoundary(redact);
  return findings.map(({ detail, next, ...rest }) => ({
    ...rest,
    detail: text(detail),
    ...(next === undefined ? {} : { next: text(next) }),
  }));
}

/** Checks everything a server needs and prints what is wrong. 0 when nothing stands in the way, else 1. */
export async function doctor(sources: Sources, program: ProgramName, json: boolean): Promise<number> {
  const report = await examine(sources, program);
  const ok = !report.findings.some(({ status }) => status === 'problem');
  process.stdout.write(
    json
      ? `${JSON.stringify({ ok, ...report }, null, 2)}\n`
      : reportText(report, paintFor(process.stdout, sources.env)),
  );
  return ok ? 0 : 1;
}
