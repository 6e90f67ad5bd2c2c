import { inputRequired, inputResponse } from '@modelcontextprotocol/server';
import * as z from 'zod';
import { askingFixtures } from './asking.js';
import { type Call, type Fixture, form, nothing, plain, sample, text } from './fixture.js';
import { png, wav } from './media.js';

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const word = z.string().default('');

const one = (name: string, property: string) => ({
  ...nothing,
  title: name,
  properties: { [property]: { type: 'string' } },
  required: [property],
});

/** Asks the client something while the call runs; for clients of 2025 on the stream of the call. */
async function elicit({ context }: Call, ...question: Parameters<typeof form>) {
  const answer = inputResponse(context.mcpReq.inputResponses, 'answer');
  if (answer.kind !== 'elicit') return inputRequired({ inputRequests: { answer: form(...question) } });
  const { action, content = {} } = answer;
  return text(`Elicitation completed: action=${action}, content=${JSON.stringify(content)}`);
}

const titled = (key: string, names: readonly string[]) =>
  names.map((title, index) => ({ const: `${key}${index + 1}`, title }));
const options = ['option1', 'option2', 'option3'];

/** The tools that the public conformance suite expects of a server, by the names it gives them. */
export const fixtures: readonly Fixture[] = [
  plain('test_simple_text', async () => text('This is a simple text response for testing.')),
  plain('test_image_content', async () => ({
    content: [{ type: 'image', data: png, mimeType: 'image/png' }],
  })),
  plain('test_audio_content', async () => ({
    content: [{ type: 'audio', data: wav, mimeType: 'audio/wav' }],
  })),
  plain('test_embedded_resource', async () => ({
    content: [
      {
        type: 'resource',
        resource: { uri: 'test://embedded-resource', mimeType: 'text/plain', text: 'An embedded resource.' },
      },
    ],
  })),
  plain('test_multiple_content_types', async () => ({
    content: [
      { type: 'text', text: 'Several kinds of content:' },
      { type: 'image', data: png, mimeType: 'image/png' },
      {
        type: 'resource',
        resource: {
          uri: 'test://mixed-content-resource',
          mimeType: 'application/json',
          text: '{"test":"data"}',
        },
      },
    ],
  })),
  plain('test_tool_with_logging', async ({ context }) => {
    for (const message of ['Tool execution started', 'Tool processing data', 'Tool execution completed']) {
      await context.mcpReq.log('info', message);
      await wait(50);
    }
    return text('Logged three messages.');
  }),
  plain('test_tool_with_progress', async ({ context: { mcpReq } }) => {
    const progressToken = mcpReq._meta?.progressToken;
    for (const progress of progressToken === undefined ? [] : [0, 50, 100]) {
      const params = { progressToken: progressToken ?? '', progress, total: 100 };
      await mcpReq.notify({ method: 'notifications/progress', params });
      await wait(50);
    }
    return text(String(progressToken));
  }),
  plain('test_error_handling', async () => ({
    ...text('This tool intentionally returns an error for testing'),
    isError: true,
  })),
  plain(
    'test_sampling',
    async ({ args, context }) => {
      const answer = inputResponse(context.mcpReq.inputResponses, 'answer');
      if (answer.kind === 'sampling') return text(`LLM response: ${JSON.stringify(answer.result.content)}`);
      return inputRequired({ inputRequests: { answer: sample(word.parse(args.prompt), 100) } });
    },
    one('test_sampling', 'prompt'),
  ),
  plain(
    'test_elicitation',
    (call) =>
      elicit(
        call,
        word.parse(call.args.message),
        {
          username: { type: 'string', description: 'Name of the user' },
          email: { type: 'string', description: 'Address of the user' },
        },
        ['username', 'email'],
      ),
    one('test_elicitation', 'message'),
  ),
  plain('test_elicitation_sep1034_defaults', (call) =>
    elicit(call, 'Please check the values', {
      name: { type: 'string', default: 'John Doe' },
      age: { type: 'integer', default: 30 },
      score: { type: 'number', default: 95.5 },
      status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
      verified: { type: 'boolean', default: true },
    }),
  ),
  plain('test_elicitation_sep1330_enums', (call) =>
    elicit(call, 'Please choose', {
      untitledSingle: { type: 'string', enum: options },
      titledSingle: {
        type: 'string',
        oneOf: titled('value', ['First Option', 'Second Option', 'Third Option']),
      },
      legacyEnum: {
        type: 'string',
        enum: ['opt1', 'opt2', 'opt3'],
        enumNames: ['Option One', 'Option Two', 'Option Three'],
      },
      untitledMulti: { type: 'array', items: { type: 'string', enum: options } },
      titledMulti: {
        type: 'array',
        items: { anyOf: titled('value', ['First Choice', 'Second Choice', 'Third Choice']) },
      },
    }),
  ),
  plain('json_schema_2020_12_tool', async ({ args }) => text(JSON.stringify(args)), {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    $defs: {
      address: {
        $anchor: 'addressDef',
        type: 'object',
        properties: { street: { type: 'string' }, city: { type: 'string' } },
      },
    },
    properties: {
      name: { type: 'string' },
      address: { $ref: '#/$defs/address' },
      contactMethod: { type: 'string', enum: ['phone', 'email'] },
      phone: { type: 'string' },
      email: { type: 'string' },
    },
    allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
    if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { required: ['phone'] },
    else: { required: ['email'] },
    additionalProperties: false,
  }),
  ...askingFixtures,
];
