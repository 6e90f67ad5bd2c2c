import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import {
  CallToolRequestSchema,
  CompleteRequestSchema,
  GetPromptRequestSchema,
  type GetPromptResult,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  McpError,
  ReadResourceRequestSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import type { McpServer } from '../../src/server/index.js';
import { png } from './media.js';
import { fixtures } from './tools.js';

const user = (content: GetPromptResult['messages'][number]['content']) =>
  ({ role: 'user', content }) as const;
const say = (text: string) => user({ type: 'text', text });

const prompts: Readonly<
  Record<
    string,
    { readonly args: readonly string[]; messages(args: Record<string, string>): GetPromptResult['messages'] }
  >
> = {
  test_simple_prompt: { args: [], messages: () => [say('This is a simple prompt for testing.')] },
  test_prompt_with_arguments: {
    args: ['arg1', 'arg2'],
    messages: ({ arg1, arg2 }) => [say(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)],
  },
  test_prompt_with_embedded_resource: {
    args: ['resourceUri'],
    messages: ({ resourceUri = '' }) => [
      user({ type: 'resource', resource: { uri: resourceUri, mimeType: 'text/plain', text: 'Embedded.' } }),
      say('Please process the embedded resource above.'),
    ],
  },
  test_prompt_with_image: {
    args: [],
    messages: () => [
      user({ type: 'image', data: png, mimeType: 'image/png' }),
      say('Please analyze the image above.'),
    ],
  },
};

function contentsOf(uri: string) {
  if (uri === 'test://static-text') return { uri, mimeType: 'text/plain', text: 'A static text.' };
  if (uri === 'test://static-binary') return { uri, mimeType: 'image/png', blob: png };
  const id = /^test:\/\/template\/([^/]+)\/data$/.exec(uri)?.[1];
  if (id === undefined) throw new McpError(-32602, 'Resource not found', { uri });
  return { uri, mimeType: 'application/json', text: JSON.stringify({ id, templateTest: true }) };
}

/** A server that is nothing but fixtures, for the transport to carry. */
export function createFixtureServer(): McpServer {
  const server = new Server(
    { name: 'fixtures', version: '1' },
    {
      capabilities: { tools: {}, resources: { subscribe: true }, prompts: {}, completions: {}, logging: {} },
    },
  );
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: fixtures.map(({ tool }) => tool) }));
  server.setRequestHandler(CallToolRequestSchema, ({ params: { name, arguments: args = {} } }, extra) => {
    const fixture = fixtures.find(({ tool }) => tool.name === name);
    if (fixture === undefined) throw new McpError(-32602, `There is no tool ${name}`);
    return fixture.run({ server, args, extra });
  });
  server.setRequestHandler(ListResourcesRequestSchema, () => ({
    resources: ['static-text', 'static-binary', 'watched-resource'].map((name) => ({
      uri: `test://${name}`,
      name,
      description: `Fixture ${name}`,
    })),
  }));
  server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({
    resourceTemplates: [{ uriTemplate: 'test://template/{id}/data', name: 'template' }],
  }));
  server.setRequestHandler(ReadResourceRequestSchema, ({ params: { uri } }) => ({
    contents: [contentsOf(uri)],
  }));
  server.setRequestHandler(SubscribeRequestSchema, () => ({}));
  server.setRequestHandler(UnsubscribeRequestSchema, () => ({}));
  server.setRequestHandler(ListPromptsRequestSchema, () => ({
    prompts: Object.entries(prompts).map(([name, { args }]) => ({
      name,
      description: `Fixture ${name}`,
      arguments: args.map((argument) => ({ name: argument, required: true })),
    })),
  }));
  server.setRequestHandler(GetPromptRequestSchema, ({ params: { name, arguments: args = {} } }) => {
    const prompt = prompts[name];
    if (prompt === undefined) throw new McpError(-32602, `There is no prompt ${name}`);
    return { messages: prompt.messages(args) };
  });
  server.setRequestHandler(CompleteRequestSchema, () => ({
    completion: { values: ['test1', 'test2'], total: 2 },
  }));
  return { server, idle: async () => {} };
}
