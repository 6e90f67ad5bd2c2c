import * as z from 'zod';
import { type EntitySummary, listEntities } from '../../entities/metadata/describe.js';
import { allEntities } from '../../entities/metadata/entity-names.js';
import { partOf } from '../../entities/metadata/entity-synonyms.js';
import { comparisonIn } from '../../entities/values/comparisons/comparison-signs.js';
import { nearest } from '../../names/nearest.js';
import { defineReadTool } from '../define/define-tool.js';

/** Entities that most service-desk questions are about; shown when nobody searched. */
const common = [
  'Tickets',
  'TicketNotes',
  'TimeEntries',
  'Companies',
  'Contacts',
  'Resources',
  'Projects',
  'Tasks',
  'Contracts',
  'ConfigurationItems',
  'Opportunities',
  'Quotes',
  'Invoices',
  'BillingItems',
  'Products',
  'ServiceCalls',
];

const line = (entity: EntitySummary) => {
  const below = entity.parents.length > 0 ? ` (below ${entity.parents.join(', ')})` : '';
  return `${entity.name}: ${entity.abilities.join(' ') || 'metadata only'}${below}`;
};

/** Entities that allow the same, in one line: the shortest way to say what each can do. */
function byAbility(entities: readonly EntitySummary[]): string[] {
  const groups = new Map<string, string[]>();
  for (const { name, abilities } of entities) {
    const can = abilities.join(' ') || 'metadata only';
    groups.set(can, [...(groups.get(can) ?? []), name]);
  }
  return [...groups].map(([can, names]) => `${can}: ${names.join(' ')}`);
}

const words = z.string().refine((text) => comparisonIn(text)?.op !== 'noteq', {
  error: 'finds names that have the words, and leaves none out',
});

export const listKnownEntities = defineReadTool({
  name: 'list-known-entities',
  title: 'List entities',
  description:
    'Find Autotask entities by name and see what can be done with each. Without search: all of them.',
  input: { search: words.optional().describe('Part of a name, e.g. charge') },
  openWorld: false,
  run: async ({ search }, { entities: { policy } }) => {
    const found = listEntities(search, policy);
    if (search !== undefined && search.trim() !== '') {
      const readable = allEntities.filter((entity) => policy.may('read', entity));
      const names = readable.map((entity) => entity.name);
      const lines =
        found.length > 0
          ? [`${found.length} of ${names.length} entities match:`, ...found.map(line)]
          : [`No entity matches. Closest: ${nearest(search, names, 5).join(', ') || 'none'}.`];
      const part = partOf(search);
      const call = JSON.stringify({ entity: part?.of, fields: [part?.field] });
      const beside =
        part === undefined ? [] : [`${part.of} have it as a field: describe-entity-fields ${call}`];
      return { kind: 'facts', lines: [...lines, ...beside], json: found };
    }
    const main = common.flatMap((name) => found.find((entity) => entity.name === name) ?? []);
    const rest = byAbility(found.filter((entity) => !common.includes(entity.name)));
    const lines = [
      `${found.length} entities. Common ones:`,
      ...main.map(line),
      'All others, by what can be done with them:',
      ...rest,
    ];
    return { kind: 'facts', lines, json: found };
  },
});
