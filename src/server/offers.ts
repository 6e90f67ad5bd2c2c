import { type Server, type ServerContext, specTypeSchemas } from '@modelcontextprotocol/server';
import type { CacheHints } from './cache-hints.js';
import { catalogue } from './catalogue.js';
import type { Answer } from './dispatch.js';
import type { Desk } from './prepare.js';

export interface Offering {
  /** Whether a tool is offered; resources of a tool that is not are not offered either. */
  has(tool: string): boolean;
  call(name: string, args: Record<string, unknown>, request: Request): Promise<Answer>;
  context(): Promise<Desk['context']>;
  readonly hints: CacheHints;
  /** Runs work that a shutdown waits for. */
  counted<T>(work: () => Promise<T>): Promise<T>;
}

/** What is known of the request that reads a resource. */
export type Request = ServerContext;

const isTemplate = (uri: string) => uri.includes('{');

/** Everything a server offers besides tools: resources, prompts, and suggestions for the arguments of both. */
export function offer(server: Server, offering: Offering): void {
  const resources = catalogue.resources.filter(({ tool }) => offering.has(tool));
  const shown = ({ uri, title, description }: (typeof resources)[number]) => ({
    name: uri.replace('autotask://', ''),
    title,
    description,
    mimeType: 'text/plain',
  });
  server.setRequestHandler('resources/list', { params: specTypeSchemas.PaginatedRequestParams }, () => ({
    resources: resources
      .filter(({ uri }) => !isTemplate(uri))
      .map((resource) => ({ uri: resource.uri, ...shown(resource) })),
  }));
  server.setRequestHandler(
    'resources/templates/list',
    { params: specTypeSchemas.PaginatedRequestParams },
    () => ({
      resourceTemplates: resources
        .filter(({ uri }) => isTemplate(uri))
        .map((resource) => ({ uriTemplate: resource.uri, ...shown(resource) })),
    }),
  );
  server.setRequestHandler('prompts/list', { params: specTypeSchemas.PaginatedRequestParams }, () => ({
    prompts: catalogue.prompts.map((prompt) => ({ ...prompt, arguments: [...prompt.arguments] })),
  }));

  const answers = () => import('./offer-answers.js');
  server.setRequestHandler(
    'resources/read',
    { params: specTypeSchemas.ReadResourceRequestParams },
    (params, request) =>
      offering.counted(async () => (await answers()).readResource(params, offering, request)),
  );
  server.setRequestHandler('prompts/get', { params: specTypeSchemas.GetPromptRequestParams }, (params) =>
    offering.counted(async () => (await answers()).getPrompt(params)),
  );
  server.setRequestHandler(
    'completion/complete',
    { params: specTypeSchemas.CompleteRequestParams },
    (params, { mcpReq: { signal } }) =>
      offering.counted(async () => (await answers()).complete(params, offering, signal)),
  );
}
