import type { AutotaskReader, AutotaskWriter } from '../../client/types.js';
import { AutotaskError } from '../../errors.js';
import type { Metrics } from './metrics.js';

const outcomeOf = (error: unknown): string => (error instanceof AutotaskError ? error.kind : 'unexpected');

/** Reports each call of a client, and passes it on unchanged. */
export function meterReader(reader: AutotaskReader, metrics: Metrics): AutotaskReader {
  let reported = 0;
  const end = (operation: string, outcome: string, since: number) => {
    metrics.upstream(operation, outcome, (performance.now() - since) / 1_000);
    const sent = reader.requestsSent();
    metrics.sent(sent - reported);
    reported = sent;
  };
  const timed =
    <Args extends unknown[], Result>(operation: string, call: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      const since = performance.now();
      try {
        const result = await call(...args);
        end(operation, 'ok', since);
        return result;
      } catch (error) {
        end(operation, outcomeOf(error), since);
        throw error;
      }
    };
  return {
    ...reader,
    query: timed('query', reader.query.bind(reader)),
    async *pages(...args) {
      const since = performance.now();
      let outcome = 'ok';
      try {
        yield* reader.pages(...args);
      } catch (error) {
        outcome = outcomeOf(error);
        throw error;
      } finally {
        end('query', outcome, since);
      }
    },
    count: timed('count', reader.count.bind(reader)),
    item: timed('get', reader.item.bind(reader)),
    entityInformation: timed('metadata', reader.entityInformation.bind(reader)),
    fields: timed('metadata', reader.fields.bind(reader)),
    userDefinedFields: timed('metadata', reader.userDefinedFields.bind(reader)),
    threshold: timed('threshold', reader.threshold.bind(reader)),
    version: timed('version', reader.version.bind(reader)),
  };
}

/** The same for a client that writes; writes are reported by outcome as well. */
export function meterWriter(writer: AutotaskWriter, metrics: Metrics): AutotaskWriter {
  const timed =
    <Args extends unknown[], Result>(operation: string, call: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      const since = performance.now();
      let outcome = 'ok';
      try {
        return await call(...args);
      } catch (error) {
        outcome = outcomeOf(error);
        throw error;
      } finally {
        metrics.upstream(operation, outcome, (performance.now() - since) / 1_000);
        metrics.write(operation, outcome);
      }
    };
  return {
    ...meterReader(writer, metrics),
    create: timed('create', writer.create.bind(writer)),
    patch: timed('update', writer.patch.bind(writer)),
    remove: timed('delete', writer.remove.bind(writer)),
  };
}
