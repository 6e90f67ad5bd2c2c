/** Titles of the groups, in the order in which help, doctor and documentation show them. */
export const variableGroups = {
  credentials: 'The API user',
  service: 'The connection to Autotask',
  answers: 'Answers',
  writes: 'Writes',
  policy: 'Policy',
  state: 'Shared state',
  audit: 'Audit log',
  http: 'Serving HTTP',
  oauth: 'Signing in with OAuth',
  log: 'Log',
  traces: 'Traces',
  machine: 'Conventions of the machine',
} as const;

export type VariableGroup = keyof typeof variableGroups;

/** What everybody needs to know about one variable of the environment. */
export interface Variable {
  readonly name: string;
  readonly group: VariableGroup;
  /** One phrase; what stands in backquotes is meant literally. */
  readonly meaning: string;
  /** The value that counts when it is not set. */
  readonly default?: string;
  /** What holds when it is not set and there is no such value, in words. */
  readonly unset?: string;
  /** Its value opens something: never printed, asked for without echo. */
  readonly secret?: true;
  /** May also come from the file that `<name>_FILE` names, as Docker and Kubernetes hand out secrets. */
  readonly file?: true;
}
