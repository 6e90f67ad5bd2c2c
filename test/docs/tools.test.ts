import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { documented, documentedPage, markdownTable, settle } from '../support/docs.js';
import { type Connection, connect } from '../support/tenant.js';
import { type Example, examples, lastReceipt } from './examples.js';

/** docs/tools.md: what clients are told about each tool, and a call with what came back. */
let tenant: Connection;
beforeAll(async () => {
  tenant = await connect({ env: { AUTOTASK_CUSTOMER_VISIBLE_NOTES: 'true' } });
});
afterAll(() => tenant.close());

const property = z.looseObject({
  type: z.string(),
  description: z.string().optional(),
  enum: z.array(z.string()).optional(),
  items: z.looseObject({ type: z.string().optional() }).optional(),
});
type Listed = Awaited<ReturnType<Connection['client']['listTools']>>['tools'][number];

const typeOf = ({ type, items, enum: values }: z.infer<typeof property>) => {
  if (values !== undefined) return values.map((value) => `\`${value}\``).join(', ');
  return items?.type === undefined ? type : `list of ${items.type}s`;
};

function argumentsOf({ inputSchema }: Listed): string {
  const properties = z.record(z.string(), property).parse(inputSchema.properties ?? {});
  const rows = Object.entries(properties).map(([name, shown]) => [
    `\`${name}\`${inputSchema.required?.includes(name) ? ' (required)' : ''}`,
    typeOf(shown),
    shown.description ?? '',
  ]);
  return rows.length === 0 ? 'It has no arguments.' : markdownTable(['argument', 'type', ''], rows);
}

let receipt = '';

const block = (text: string) => `\`\`\`\n${settle(text)}\n\`\`\`\n`;

/** The call as a person would ask for it, its answer and, for a tool that writes, the same with its word. */
async function told({ name, inputSchema }: Listed, { question, args }: Example): Promise<string> {
  const given = args.receipt === lastReceipt ? { ...args, receipt } : args;
  const first = await tenant.call(name, given);
  expect(first.isError, first.text).toBe(false);
  const parts = [`**${question}**\n`, `\`${name} ${JSON.stringify(args)}\`\n`, block(first.text)];
  if (inputSchema.properties?.confirm !== undefined) {
    const confirm = name.toUpperCase().replaceAll('-', '_');
    const made = await tenant.call(name, { ...given, confirm });
    receipt = /Receipt: (w-[0-9a-f]+)/.exec(made.text)?.[1] ?? receipt;
    expect(made.isError, made.text).toBe(false);
    parts.push(`With \`"confirm":"${confirm}"\`:\n`, block(made.text));
  }
  return parts.join('\n');
}

describe('docs/tools.md', () => {
  it('has an example of every tool and of nothing else', async () => {
    const { tools } = await tenant.client.listTools();
    expect(Object.keys(examples).sort()).toEqual(tools.map(({ name }) => name).sort());
  });

  it('tells what the product does', async () => {
    const { tools } = await tenant.client.listTools();
    const sections: string[] = [];
    for (const tool of tools) {
      const example = examples[tool.name];
      if (example === undefined) throw new Error(`${tool.name} has no example in test/docs/examples.ts`);
      const kind = tool.annotations?.readOnlyHint
        ? 'Reads.'
        : 'Writes: needs `confirm`, absent in read-only mode.';
      sections.push(
        `## \`${tool.name}\`\n\n${tool.description} ${kind}\n\n${argumentsOf(tool)}\n\n${await told(tool, example)}`,
      );
    }
    const list = tools.map(({ name }) => `[\`${name}\`](#${name})`).join(' · ');
    const page = `# Tools\n\nMade from the running program on its sandbox tenant by \`npm run docs\`, and compared by the tests. Everything a client is told stands here; \`format\`: \`json\` gives the same as data.\n\n${list}\n\n${sections.join('\n')}`;
    expect(documentedPage('docs/tools.md', page), 'npm run docs').toBe(page);
  });

  it('is summed up in the README', async () => {
    const { tools } = await tenant.client.listTools();
    const groups: readonly (readonly [title: string, RegExp])[] = [
      ['tickets', /ticket/],
      ['companies', /compan/],
      ['contacts', /contact/],
      ['projects', /project|task/],
      ['time', /time-entr/],
      ['files', /attachment/],
      ['the calendar', /service-call|free-time/],
      ['the service', /threshold|version/],
      ['any entity', /entit|receipt|transfer/],
    ];
    const groupOf = (name: string) => groups.find(([, pattern]) => pattern.test(name))?.[0] ?? '';
    // What fits every entity is the last to be asked for and the first to be shown.
    const rows = [...groups.slice(-1), ...groups.slice(0, -1)].map(([title]) => [
      title,
      tools
        .filter(({ name }) => groupOf(name) === title)
        .map(({ name }) => `[\`${name}\`](docs/tools.md#${name})`)
        .join(' '),
    ]);
    const shown = rows.filter(([, list]) => list !== '');
    expect(
      tools.filter(({ name }) => groupOf(name) === '').map(({ name }) => name),
      'tools without a group here',
    ).toEqual([]);
    const writing = tools.filter(({ annotations }) => annotations?.readOnlyHint === false).length;
    const text = `${tools.length} tools, of which ${writing} write:\n\n${markdownTable(['', 'tools'], shown)}`;
    expect(documented('README.md', 'tools', text), 'npm run docs').toBe(text);
  });
});
