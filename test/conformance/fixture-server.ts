import {
  acceptedContent,
  type GetPromptResult,
  inputRequired,
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
  Server,
} from '@modelcontextprotocol/server';
import * as z from 'zod';
import type { McpServer } from '../../src/server/index.js';
import { form } from './fixture.js';
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

const askingPrompt = 'test_input_required_result_prompt';

function contentsOf(uri: string) {
  if (uri === 'test://static-text') return { uri, mimeType: 'text/plain', text: 'A static text.' };
  if (uri === 'test://static-binary') return { uri, mimeType: 'image/png', blob: png };
  const id = /^test:\/\/template\/([^/]+)\/data$/.exec(uri)?.[1];
  if (id === undefined) throw new ResourceNotFoundError(uri);
  return { uri, mimeType: 'application/json', text: JSON.stringify({ id, templateTest: true }) };
}

const asked = z.object({ context: z.string() });

/** A server that is nothing but fixtures, for the transport to carry. */
export function createFixtureServer(): McpServer {
  const server = new Server(
    { name: 'fixtures', version: '1' },
    {
      capabilities: { tools: {}, resources: { subscribe: true }, prompts: {}, completions: {}, logging: {} },
    },
  );
  server.setRequestHandler('tools/list', () => ({ tools: fixtures.map(({ tool }) => tool) }));
  server.setRequestHandler('tools/call', ({ params: { name, arguments: args = {} } }, context) => {
    const fixture = fixtures.find(({ tool }) => tool.name === name);
    if (fixture === undefined) {
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no tool ${name}`);
    }
    return fixture.run({ args, context });
  });
  server.setRequestHandler('resources/list', () => ({
    resources: ['static-text', 'static-binary', 'watched-resource'].map((name) => ({
      uri: `test://${name}`,
      name,
      description: `Fixture ${name}`,
    })),
  }));
  server.setRequestHandler('resources/templates/list', () => ({
    resourceTemplates: [{ uriTemplate: 'test://template/{id}/data', name: 'template' }],
  }));
  server.setRequestHandler('resources/read', ({ params: { uri } }) => ({ contents: [contentsOf(uri)] }));
  server.setRequestHandler('resources/subscribe', () => ({}));
  server.setRequestHandler('resources/unsubscribe', () => ({}));
  server.setRequestHandler('prompts/list', () => ({
    prompts: [
      ...Object.entries(prompts).map(([name, { args }]) => ({
        name,
        description: `Fixture ${name}`,
        arguments: args.map((argument) => ({ name: argument, required: true })),
      })),
      { name: askingPrompt, description: `Fixture ${askingPrompt}` },
    ],
  }));
  server.setRequestHandler('prompts/get', ({ params: { name, arguments: args = {} } }, { mcpReq }) => {
    if (name === askingPrompt) {
      const answer = acceptedContent(mcpReq.inputResponses, 'user_context', asked);
      if (answer !== undefined) return { messages: [say(answer.context)] };
      const question = form('What context should the prompt use?', { context: { type: 'string' } }, [
        'context',
      ]);
      return inputRequired({ inputRequests: { user_context: question } });
    }
    const prompt = prompts[name];
    if (prompt === undefined) {
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no prompt ${name}`);
    }
    return { messages: prompt.messages(args) };
  });
  server.setRequestHandler('completion/complete', () => ({
    completion: { values: ['test1', 'test2'], total: 2 },
  }));
  return { server, idle: async () => {} };
}
