import { createHash } from 'node:crypto';
import type { Row } from '../../../client/types.js';
import { canonical, oneLine } from '../../../text.js';
import type { EntityMetadata } from '../../metadata/entity-metadata.js';
import type { CallContext } from '../../result.js';

/** Bodies may hold whole files. */
const digest = (value: unknown) => createHash('sha256').update(canonical(value)).digest('base64url');

const rememberedMs = 30 * 60_000;
const mostRemembered = 1_000;

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

  /** Like: the same caller, entity and owners, and the same title. */
  function likeKey({ entity }: EntityMetadata, body: Row, context: CallContext): string | undefined {
    const names = [...entity.nameFields, 'description', 'summaryNotes'].filter(
      (name) => !name.endsWith('Number'),
    );
    const text = names.map((name) => body[name]).find((value) => typeof value === 'string' && value !== '');
    if (text === undefined) return undefined;
    const owners = [
      ...entity.parents.flatMap(({ parentField }) => parentField ?? []),
      'companyID',
      'ticketID',
      'taskID',
    ];
    const title = oneLine(String(text)).toLowerCase();
    return digest([context.caller ?? '', entity.name, title, owners.map((name) => body[name] ?? null)]);
  }

  function recent(key: string | undefined): { readonly what: string; readonly when: string } | undefined {
    const made = key === undefined ? undefined : seen.get(key);
    if (made === undefined || now() - made.at > rememberedMs) return undefined;
    const minutes = Math.round((now() - made.at) / 60_000);
    return { what: made.what, when: minutes < 1 ? 'less than a minute ago' : `${minutes} minutes ago` };
  }

  return {
    /** The record that a new one equals, in words. */
    equal(metadata: EntityMetadata, path: string, body: Row): string | undefined {
      const made = recent(equalKey(metadata, path, body));
      return made && `equals ${made.what}, created through this server ${made.when}`;
    },
    like(metadata: EntityMetadata, body: Row, context: CallContext): string | undefined {
      const made = recent(likeKey(metadata, body, context));
      return made && `one like it was created in this session ${made.when}: ${made.what}`;
    },
    add(metadata: EntityMetadata, path: string, body: Row, id: number | null, context: CallContext): void {
      const { name: entity, singular } = metadata.entity;
      const what = `${singular}${id === null ? ', and whether it was stored is not known' : ` ${id}`}`;
      for (const key of [equalKey(metadata, path, body), likeKey(metadata, body, context)]) {
        if (key === undefined) continue;
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
