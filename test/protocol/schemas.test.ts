import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type Connection, connect } from '../support/tenant.js';

/**
 * What function calling takes of a schema. One tool that is refused takes the whole list with it.
 *
 * Gemini: `type` is one of an enum, never a list; OBJECT needs properties ("should be non-empty for OBJECT type",
 * seen in github.com/MarkusPfundstein/mcp-obsidian/issues/21 and github.com/CherryHQ/cherry-studio/issues/3270), which
 * stand nowhere else ("only allowed for OBJECT type", github.com/anomalyco/opencode/issues/11889); ARRAY needs items;
 * no oneOf, allOf, $ref. https://ai.google.dev/api/caching#Schema
 *
 * OpenAI: names of 64 letters, digits, _ and -; an object has properties ("object schema missing properties",
 * github.com/langchain-ai/langchain-mcp-adapters/pull/343), an array items ("array schema missing items",
 * github.com/bnb-chain/bnbchain-mcp/issues/68); in strict mode every object is closed
 * (additionalProperties: false, github.com/RooCodeInc/Roo-Code/pull/10100).
 * https://platform.openai.com/docs/guides/structured-outputs#supported-schemas
 */
const node = z.looseObject({
  type: z.enum(['object', 'array', 'string', 'integer', 'number', 'boolean']),
  properties: z.record(z.string(), z.unknown()).optional(),
  items: z.unknown().optional(),
  required: z.array(z.string()).optional(),
  additionalProperties: z.unknown().optional(),
  enum: z.array(z.string()).optional(),
  description: z.string().optional(),
});
const known = new Set(Object.keys(node.shape));

function problems(schema: unknown, path: string): string[] {
  const parsed = node.safeParse(schema);
  if (!parsed.success) return [`${path}: ${parsed.error.message}`];
  const { type, properties, items, required = [], additionalProperties, ...rest } = parsed.data;
  const found = Object.keys(rest).flatMap((key) =>
    known.has(key) ? [] : [`${path}: ${key} is not known everywhere`],
  );
  if (rest.enum !== undefined && type !== 'string')
    found.push(`${path}: only text can be chosen from a list`);
  if (type === 'array')
    found.push(...(items === undefined ? [`${path}: no items`] : problems(items, `${path}[]`)));
  else if (items !== undefined) found.push(`${path}: items of what is no array`);
  if (type !== 'object')
    return properties === undefined ? found : [...found, `${path}: properties of no object`];
  const names = Object.keys(properties ?? {});
  if (names.length === 0) found.push(`${path}: an object without properties`);
  if (additionalProperties !== false) found.push(`${path}: an open object`);
  found.push(
    ...required
      .filter((name) => !names.includes(name))
      .map((name) => `${path}: ${name} is required and absent`),
  );
  return [
    ...found,
    ...Object.entries(properties ?? {}).flatMap(([name, inner]) => problems(inner, `${path}.${name}`)),
  ];
}

let tenant: Connection;
beforeAll(async () => {
  tenant = await connect({ env: { AUTOTASK_FILES_DIR: import.meta.dirname } });
});
afterAll(() => tenant.close());

describe('the schemas of all tools', () => {
  it('are taken by the function calling of Gemini and of OpenAI', async () => {
    const { tools } = await tenant.client.listTools();
    expect(tools.length).toBeGreaterThan(30);
    expect(tools.flatMap(({ name, inputSchema }) => problems(inputSchema, name))).toEqual([]);
    for (const { name } of tools) expect(name).toMatch(/^[\w-]{1,64}$/);
  });

  it('are checked by rules that see what is wrong', () => {
    expect(
      problems(
        { type: 'object', properties: { query: { type: 'object' } }, additionalProperties: false },
        't',
      ),
    ).toEqual(['t.query: an object without properties', 't.query: an open object']);
    expect(problems({ type: 'array' }, 't')).toEqual(['t: no items']);
    expect(problems({ type: ['string', 'null'] }, 't')).not.toEqual([]);
    expect(problems({ anyOf: [] }, 't')).not.toEqual([]);
  });

  it('say of every search that picklists and names take lists', async () => {
    const { tools } = await tenant.client.listTools();
    const of = (tool: string, name: string) =>
      tools.find((one) => one.name === tool)?.inputSchema.properties?.[name];
    for (const name of ['status', 'priority', 'queueID', 'companyID', 'assignedResourceID']) {
      expect(of('search-tickets', name)).toMatchObject({ type: 'array', items: { type: 'string' } });
    }
    expect(of('update-ticket', 'status')).toEqual({ type: 'string' });
  });
});
