import type { Policy } from '../../policy/index.js';
import { abilities } from './describe.js';
import { allEntities } from './entity-names.js';

const kinds = ['read', 'create', 'update', 'delete'] as const;

/** Entities that are named; more are counted. */
const mostNamed = 8;

export interface Rights {
  /** By what is done, the entities that allow it: names where they are few, otherwise how many there are. */
  readonly entities: Readonly<Record<(typeof kinds)[number], number | readonly string[]>>;
  readonly companies: 'all' | 'some' | 'some to write';
  readonly hiddenFields: boolean;
  readonly customerVisibleNotes: boolean;
  /** Writes of this hour that are left; null without limit. */
  readonly writesLeft: number | null;
}

/** What a caller may do of what Autotask offers, as far as the policy of this server says. */
export async function rightsUnder(policy: Policy, readOnly: boolean): Promise<Rights> {
  const found = new Map(allEntities.map((entity) => [entity, abilities(entity, policy)]));
  const namesOf = (kind: (typeof kinds)[number]) => {
    const names = [...found].flatMap(([{ name }, can]) => {
      const may = kind === 'read' ? can.includes('query') || can.includes('get') : can.includes(kind);
      return may && !(readOnly && kind !== 'read') ? [name] : [];
    });
    return names.length > mostNamed ? names.length : names;
  };
  const { companies, writeLimit } = policy;
  const some = companies.write.length > 0 ? 'some to write' : 'all';
  return {
    entities: {
      read: namesOf('read'),
      create: namesOf('create'),
      update: namesOf('update'),
      delete: namesOf('delete'),
    },
    companies: companies.read.length > 0 ? 'some' : some,
    hiddenFields: allEntities.some((entity) => policy.masksAny(entity)),
    customerVisibleNotes: policy.customerVisibleNotes,
    writesLeft: writeLimit.limit === null ? null : await writeLimit.remaining(),
  };
}

/** The same in words. */
export function rightsLine({ entities, companies, hiddenFields, customerVisibleNotes, writesLeft }: Rights) {
  const said = kinds.map((kind) => {
    const which = entities[kind];
    if (typeof which === 'number') return `${kind} ${which} entities`;
    return which.length === 0 ? `${kind} nothing` : `${kind} ${which.join(', ')}`;
  });
  return [
    `You may ${said.join('; ')}`,
    ...(companies === 'all'
      ? []
      : [`of some companies${companies === 'some' ? ' alone' : ' where it writes'}`]),
    ...(hiddenFields ? ['some fields are hidden'] : []),
    ...(customerVisibleNotes ? [] : ['nothing that customers see']),
    ...(writesLeft === null ? [] : [`${writesLeft} writes left this hour`]),
  ].join('; ');
}
