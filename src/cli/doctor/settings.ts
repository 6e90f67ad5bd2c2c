import {
  type Config,
  loadConfig,
  type Origin,
  readSources,
  type Sources,
  type Variable,
  variableTable,
} from '../../config/index.js';
import { InvalidInput } from '../../errors.js';
import { createRedactor, type Redact } from '../../redact.js';
import type { Finding } from './finding.js';

export interface VariableState {
  readonly name: string;
  /** Null when nothing sets it and it has no default. */
  readonly from: Origin | null;
}

export interface Settings {
  /** Null when the configuration is not right. */
  readonly config: Config | null;
  readonly variables: readonly VariableState[];
  readonly findings: readonly Finding[];
  /** Takes every secret out of a text, also those of a configuration that is not right. */
  readonly redact: Redact;
}

const check = 'Configuration';

async function load(sources: Sources): Promise<{ config: Config | null; findings: Finding[] }> {
  try {
    const config = await loadConfig(sources);
    const strays = config.warnings.map(
      (warning): Finding => ({ check, status: 'warning', detail: warning, next: 'Correct or remove it.' }),
    );
    return { config, findings: strays };
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    const findings = error.problems.map(
      ({ field, problem }): Finding => ({
        check,
        status: 'problem',
        detail: `${field}: ${problem}`,
        next: 'Correct it: the server does not start otherwise. docs/configuration.md tells what it means.',
      }),
    );
    return { config: null, findings };
  }
}

/** Which variables are set, from where, and whether they are right. Never what they say. `others`: more secrets. */
export async function examineSettings(sources: Sources, others: readonly string[] = []): Promise<Settings> {
  const given = readSources(sources, []);
  const table: readonly Variable[] = variableTable;
  const own = table.filter(({ group }) => group !== 'machine');
  const variables = own.map(({ name }) => ({ name, from: given.get(name)?.from ?? null }));
  const secrets = own.flatMap(({ name, file }) => {
    const value = given.get(name)?.value;
    // The variable itself as well: it may be set beside its file, which is a mistake of its own.
    return file === true ? [value ?? '', sources.env[name] ?? ''] : [];
  });
  const { config, findings } = await load(sources);
  const set = variables.filter(({ from }) => from !== null && from !== 'default').length;
  const summary: Finding = {
    check,
    status: 'ok',
    detail: set === 0 ? 'no variable set' : `${set} of ${own.length} settings given`,
  };
  return {
    config,
    variables,
    findings: findings.some(({ status }) => status === 'problem') ? findings : [summary, ...findings],
    redact: createRedactor([...secrets, ...others].filter((secret) => secret !== '')),
  };
}
