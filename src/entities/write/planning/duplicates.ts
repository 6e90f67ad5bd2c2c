import { createHash } from 'node:crypto';
import type { Row } from '../../../client/types.js';
import { canonical, oneLine } from '../../../text.js';
import type { EntityMetadata } from '../../metadata/entity-metadata.js';
import type { CallContext } from '../../result.js';

/** Bodies may hold whole files. */
const digest = (value: unknown) => createHash('sha256').update(canonical(value)).digest('base64url');

const rememberedMs = 30 * 60_000;
/** Keys; a record has up to three. */
const mostRemembered = 1_500;

const owners = ['companyID', 'ticketID', 'taskID'];
const texts = ['description', 'summaryNotes'];

/** The letters and digits of a text: what is left when case, spaces and punctuation make no difference. */
const bare = (text: string) =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim() || oneLine(text);

/** What was created through this server a short time ago, so that a second one is noticed. */
export function createDuplicateDetector(now: () => number = Date.now) {
  interface Made {
    readonly at: number;
    readonly entity: string;
    readonly id: number | null;
    readonly what: string;
  }
  const seen = new Map<string, Made>();

  /** Equal: everything that is sent, and where. */
  const equalKey = ({ entity }: EntityMetadata, path: string, body: Row) =>
    digest(['equal', entity.name, path, body]);

  /** Like: the same caller, entity and owners, and the same title or the same text. */
  function likeKeys({ entity }: EntityMetadata, body: Row, context: CallContext): string[] {
    const below = [...entity.parents.flatMap(({ parentField }) => parentField ?? []), ...owners];
    const keysOf = (what: string, names: readonly string[]) => {
      const text = names.map((name) => body[name]).find((value) => typeof value === 'string' && value !== '');
      return text === undefined
        ? []
        : [
            digest([
              context.caller ?? '',
              entity.name,
              what,
              bare(String(text)),
              below.map((name) => body[name] ?? null),
            ]),
          ];
    };
    const titles = entity.nameFields.filter((name) => !name.endsWith('Number'));
    return [...keysOf('title', titles), ...keysOf('text', texts)];
  }

  function recent(keys: readonly string[]): { readonly what: string; readonly when: string } | undefined {
    const made = keys.map((key) => seen.get(key)).find((one) => one !== undefined);
    if (made === undefined || now() - made.at > rememberedMs) return undefined;
    const minutes = Math.round((now() - made.at) / 60_000);
    return { what: made.what, when: minutes < 1 ? 'less than a minute ago' : `${minutes} minutes ago` };
  }

  return {
    /** The record that a new one equals, in words. */
    equal(metadata: EntityMetadata, path: string, body: Row): string | undefined {
      const made = recent([equalKey(metadata, path, body)]);
      return made && `equals ${made.what}, created through this server ${made.when}`;
    },
    like(metadata: EntityMetadata, body: Row, context: CallContext): string | undefined {
      const made = recent(likeKeys(metadata, body, context));
      return made && `one like it was created in this session ${made.when}: ${made.what}`;
    },
    add(metadata: EntityMetadata, path: string, body: Row, id: number | null, context: CallContext): void {
      const { name: entity, singular } = metadata.entity;
      const what = `${singular}${id === null ? ', and whether it was stored is not known' : ` ${id}`}`;
      for (const key of [equalKey(metadata, path, body), ...likeKeys(metadata, body, context)]) {
        seen.delete(key);
        const [oldest] = seen.keys();
        if (seen.size >= mostRemembered && oldest !== undefined) seen.delete(oldest);
        seen.set(key, { at: now(), entity, id, what });
      }
    },
    /** What was deleted may be created anew. */
    forget(entity: string, id: number): void {
      for (const [key, made] of seen) if (made.entity === entity && made.id === id) seen.delete(key);
    },
  };
}
