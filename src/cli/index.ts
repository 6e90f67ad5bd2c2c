import { InvalidInput } from '../errors.js';
import { UsageError } from './args.js';
import { main } from './main.js';

/** 0 done, 1 failed, 2 called wrongly. */
try {
  process.exit(await main(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`autotask-mcp: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(error instanceof UsageError || error instanceof InvalidInput ? 2 : 1);
}
