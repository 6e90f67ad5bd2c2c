import { type Server, specTypeSchemas } from '@modelcontextprotocol/server';
import { listings } from '../tool-list/listings.js';
import type { ResourceServices } from './services.js';

const isTemplate = (uri: string) => uri.includes('{');

/** Everything a server offers besides tools: resources, prompts, and suggestions for the arguments of both. */
export function registerResources(server: Server, offering: ResourceServices): void {
  const resources = listings.resources.filter(({ tool }) => offering.has(tool));
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
    prompts: listings.prompts.map((prompt) => ({ ...prompt, arguments: [...prompt.arguments] })),
  }));

  const answers = () => import('./handlers.js');
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
