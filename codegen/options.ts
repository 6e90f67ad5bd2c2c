import { parseArgs } from 'node:util';
import { didYouMean } from '../src/names/nearest.js';

export const help = `npm run codegen                                 writes generated/ and docs/entities/ from schema/, offline
npm run codegen -- --check                      compares instead, prints the patch, exits 1 when they are stale
npm run codegen -- --from swagger FILE|URL      reads Autotask's Swagger 2.0 document and reports the changes
npm run codegen -- --from tenant                the same from a live tenant: AUTOTASK_USERNAME, AUTOTASK_SECRET,
                                                AUTOTASK_INTEGRATION_CODE, perhaps AUTOTASK_API_URL
npm run codegen -- --from sandbox               the same from the embedded tenant, without credentials
  --diff      prints the change report in Markdown and writes nothing (with --from: the default);
              without --from: what the working copy of schema/ changes against the last commit
  --write     applies the changes to schema/, generated/ and docs/entities/
npm run codegen -- --openapi FILE               writes an OpenAPI 3.1 document of the whole API; - is standard output
`;

export type SourceOption =
  | { readonly kind: 'snapshot' }
  | { readonly kind: 'swagger'; readonly from: string }
  | { readonly kind: 'tenant' }
  | { readonly kind: 'sandbox' };

export interface Options {
  readonly source: SourceOption;
  readonly mode: 'emit' | 'check' | 'diff' | 'write' | 'openapi' | 'help';
  /** Where the OpenAPI document goes. */
  readonly file?: string;
}

function sourceOf(from: string | undefined, rest: readonly string[]): SourceOption {
  const [address, ...more] = rest;
  const kind = from ?? 'snapshot';
  if (kind === 'swagger') {
    if (address === undefined || more.length > 0) throw new Error('--from swagger takes one file or address');
    return { kind, from: address };
  }
  if (kind !== 'snapshot' && kind !== 'tenant' && kind !== 'sandbox') {
    throw new Error(`--from ${kind}: no such source. Valid: snapshot, swagger FILE|URL, tenant, sandbox`);
  }
  if (rest.length > 0) throw new Error(`${rest.join(' ')}: no such argument; see --help`);
  return { kind };
}

const known = {
  from: { type: 'string' },
  check: { type: 'boolean', default: false },
  diff: { type: 'boolean', default: false },
  write: { type: 'boolean', default: false },
  openapi: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], allowPositionals: true, options: known });
  } catch (error) {
    const [first = ''] = (error instanceof Error ? error.message : String(error)).split('. ');
    const option = /^Unknown option '(-+\w[\w-]*)/.exec(first)?.[1];
    if (option === undefined) throw new Error(`${first}; see --help`);
    const options = Object.keys(known).map((name) => `--${name}`);
    throw new Error(
      `${option} is not an option.${didYouMean(option, options)} Options: ${options.join(', ')}`,
    );
  }
}

/** @throws Error that names the argument when it is unknown or does not go with the others */
export function readOptions(argv: readonly string[]): Options {
  const { values, positionals } = parsed(argv);
  const source = sourceOf(values.from, positionals);
  if (values.help) return { source, mode: 'help' };
  const chosen = [
    ...(values.check ? (['check'] as const) : []),
    ...(values.write ? (['write'] as const) : []),
    ...(values.openapi === undefined ? [] : (['openapi'] as const)),
  ];
  if (chosen.length > 1) throw new Error(`--${chosen.join(' and --')} do not go together`);
  const [mode] = chosen;
  const offline = source.kind === 'snapshot';
  if (!offline && (mode === 'check' || mode === 'openapi')) {
    throw new Error(`--${mode} works from schema/ and takes no --from; write the source's changes first`);
  }
  if (values.openapi !== undefined) return { source, mode: 'openapi', file: values.openapi };
  // The report alone is what a look at a source gives; writing is asked for.
  if (mode === undefined) return { source, mode: values.diff || !offline ? 'diff' : 'emit' };
  return { source, mode: offline && mode === 'write' ? 'emit' : mode };
}
