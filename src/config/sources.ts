import type { Problem } from '../errors.js';
import { whyUnread } from './text-file.js';
import { ownVariables, type Variable } from './variables.js';

/** What flags on the command line say; they win over the environment. */
export interface Flags {
  readonly demo?: boolean;
  readonly http?: boolean;
  readonly readOnly?: boolean;
}

export interface Sources {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly flags: Flags;
  /** Reads the file that a `*_FILE` variable names. */
  readonly readFile: (path: string) => string;
  /** `process.platform` and the user's home folder, for the default of the cache folder. */
  readonly platform: string;
  readonly home: string;
}

export type Origin = 'argument' | 'environment' | 'file' | 'default';

/** The value of a variable and where it comes from. */
export interface SourcedValue {
  readonly value: string;
  readonly from: Origin;
}

const fromFlags: Readonly<Record<string, (flags: Flags) => string | undefined>> = {
  AUTOTASK_READ_ONLY: ({ readOnly }) => (readOnly === true ? 'true' : undefined),
  AUTOTASK_TRANSPORT: ({ http }) => (http === true ? 'http' : undefined),
};

/** Empty values and placeholders that a client did not fill in count as not set. */
const isSet = (value: string | undefined): value is string =>
  value !== undefined && value.trim() !== '' && !/^\$\{.*\}$/.test(value.trim());

function fromFile({ name }: Variable, path: string, { env, readFile }: Sources): SourcedValue | string {
  if (isSet(env[name])) return `is set beside ${name}: set one of them`;
  try {
    const value = readFile(path.trim()).replace(/\r?\n$/, '');
    return value.trim() === '' ? 'names a file that is empty' : { value, from: 'file' };
  } catch (error) {
    return whyUnread(error);
  }
}

function read(variable: Variable, sources: Sources, problems: Problem[]): SourcedValue | undefined {
  const { env, flags } = sources;
  const { name } = variable;
  const argument = fromFlags[name]?.(flags);
  if (argument !== undefined) return { value: argument, from: 'argument' };
  const path = variable.file === true ? env[`${name}_FILE`] : undefined;
  if (isSet(path)) {
    const found = fromFile(variable, path, sources);
    if (typeof found !== 'string') return found;
    problems.push({ field: `${name}_FILE`, problem: found });
    return undefined;
  }
  const value = env[name];
  if (isSet(value)) return { value: value.trim(), from: 'environment' };
  return variable.default === undefined ? undefined : { value: variable.default, from: 'default' };
}

/** What each variable says, by name; those that nothing sets are absent. */
export function readSources(sources: Sources, problems: Problem[]): ReadonlyMap<string, SourcedValue> {
  const found = new Map<string, SourcedValue>();
  for (const variable of ownVariables) {
    const given = read(variable, sources, problems);
    if (given !== undefined) found.set(variable.name, given);
  }
  return found;
}
