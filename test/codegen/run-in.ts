import { run } from '../../codegen/run.js';

/** Runs a command line in another folder than the repository's: `run-in.ts ROOT [argument …]`. */
const [root = '', ...argv] = process.argv.slice(2);
process.exitCode = await run(argv, {
  root,
  env: process.env,
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  terminal: false,
  signal: new AbortController().signal,
});
