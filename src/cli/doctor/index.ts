import packageJson from '../../../package.json' with { type: 'json' };
import type { AutotaskReader } from '../../client/types.js';
import type { Config, Sources } from '../../config/index.js';
import { createProgress } from '../../progress.js';
import type { Redact } from '../../redact.js';
import { textBoundary } from '../../text-boundary.js';
import { UsageError } from '../args.js';
import { type ProgramName, upstreamOf } from '../serve/tenant-access.js';
import { paintFor } from '../style.js';
import { examineEntities, mainEntities } from './entities.js';
import type { EntityRights, Finding } from './finding.js';
import { examineFolders } from './folders.js';
import { examineImpersonation } from './impersonation.js';
import { type Report, reportText } from './print.js';
import { examineHttp, examineNode, examineRules } from './rules.js';
import { examineToken, readToken } from './sample-token.js';
import { examineSettings } from './settings.js';
import { examineSharedState } from './shared-state.js';
import { examineSignIn } from './sign-in.js';
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

/** In whose names the API user may write, and who the holder of a token is. */
async function examinePeople(
  config: Config,
  reader: AutotaskReader | null,
  userName: string | undefined,
  token: string | null,
): Promise<readonly Finding[]> {
  const oauth = config.http?.oauth ?? null;
  const inNames = oauth !== null || config.http?.impersonate === true || config.writes.me !== null;
  const found: Finding[] = [];
  if (inNames && reader !== null && userName !== undefined) {
    found.push(await examineImpersonation(reader, userName));
  }
  if (oauth === null && token !== null) {
    found.push({ check: 'Token', status: 'skipped', detail: 'people do not sign in: AUTOTASK_HTTP_AUTH' });
  }
  if (oauth !== null && token !== null) {
    found.push(...(await examineToken(config, oauth, token, reader)));
  }
  return found;
}

async function examineTenant(
  config: Config,
  token: string | null,
  step: (done: string) => void,
): Promise<Tenant> {
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
    const people = await examinePeople(config, reader, credentials.userName, token);
    if (reader === null) return { findings: [...findings, ...people], entities: [] };
    const permissions = await examineEntities(reader, config, step);
    return { findings: [...findings, ...permissions.findings, ...people], entities: permissions.rights };
  } finally {
    await upstream.close();
  }
}

async function examine(sources: Sources, { version }: ProgramName, token: string | null): Promise<Report> {
  const { config, variables, findings, redact } = await examineSettings(
    sources,
    token === null ? [] : [token],
  );
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
  const [folders, shared, http, signIn, tenant] = await Promise.all([
    examineFolders(config),
    examineSharedState(config),
    examineHttp(config.http),
    examineSignIn(config.http?.oauth ?? null),
    examineTenant(config, token, step),
  ]).finally(() => bar.end('clear'));
  const all = [
    node,
    ...findings,
    ...tenant.findings,
    ...examineRules(config),
    ...http,
    ...signIn,
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
export async function doctor(
  sources: Sources,
  program: ProgramName,
  json: boolean,
  tokenFile: string | undefined,
): Promise<number> {
  if (tokenFile !== undefined && sources.flags.http !== true)
    throw new UsageError('--token is about people who sign in: give --http as well.');
  const token = tokenFile === undefined ? null : readToken(tokenFile);
  const report = await examine(sources, program, token);
  const ok = !report.findings.some(({ status }) => status === 'problem');
  process.stdout.write(
    json
      ? `${JSON.stringify({ ok, ...report }, null, 2)}\n`
      : reportText(report, paintFor(process.stdout, sources.env)),
  );
  return ok ? 0 : 1;
}
