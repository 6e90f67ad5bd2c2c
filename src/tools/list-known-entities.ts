import { z } from 'zod';
import { type Listing, listEntities } from '../entities/describe.js';
import { allEntities } from '../entities/names.js';
import { nearest } from '../nearest.js';
import { defineReadTool } from './define.js';

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

const line = (entity: Listing) => {
  const below = entity.parents.length > 0 ? ` (below ${entity.parents.join(', ')})` : '';
  return `${entity.name}: ${entity.abilities.join(' ') || 'metadata only'}${below}`;
};

export const listKnownEntities = defineReadTool({
  name: 'list-known-entities',
  title: 'List entities',
  description:
    'Find Autotask entities by name and see what can be done with each. Without search: the common ones in full, the others by name.',
  input: { search: z.string().optional().describe('Part of a name, e.g. charge') },
  openWorld: false,
  run: async ({ search }) => {
    const found = listEntities(search);
    if (search !== undefined && search.trim() !== '') {
      const names = allEntities.map((entity) => entity.name);
      const lines =
        found.length > 0
          ? [`${found.length} of ${names.length} entities match:`, ...found.map(line)]
          : [`No entity matches. Closest: ${nearest(search, names, 5).join(', ') || 'none'}.`];
      return { kind: 'facts', lines, json: found };
    }
    const main = common.flatMap((name) => found.find((entity) => entity.name === name) ?? []);
    const rest = found.filter((entity) => !common.includes(entity.name)).map((entity) => entity.name);
    const lines = [
      `${found.length} entities. Common ones:`,
      ...main.map(line),
      `Others (search shows what can be done): ${rest.join(' ')}`,
    ];
    return { kind: 'facts', lines, json: { common: main, others: rest } };
  },
});
