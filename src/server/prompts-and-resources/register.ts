import { type Server, specTypeSchemas } from '@modelcontextprotocol/server';
import { viewResource } from '../mcp-apps/definitions.js';
import { listings } from '../tool-list/listings.js';
import type { ResourceServices } from './services.js';

const isTemplate = (uri: string) => uri.includes('{');

/** Everything a server offers besides tools: resources, prompts, and suggestions for the arguments of both. */
export function registerResources(server: Server, services: ResourceServices): void {
  const resources = listings.resources.filter(({ tool }) => services.offersTool(tool));
  const listed = ({ uri, title, description }: (typeof resources)[number]) => ({
    name: uri.replace('autotask://', ''),
    title,
    description,
    mimeType: 'text/plain',
  });
  server.setRequestHandler(
    'resources/list',
    { params: specTypeSchemas.PaginatedRequestParams },
    (_, request) => ({
      resources: [
        ...resources
          .filter(({ uri }) => !isTemplate(uri))
          .map((resource) => ({ uri: resource.uri, ...listed(resource) })),
        ...(services.showsViews(request) ? [viewResource] : []),
      ],
    }),
  );
  server.setRequestHandler(
    'resources/templates/list',
    { params: specTypeSchemas.PaginatedRequestParams },
    () => ({
      resourceTemplates: resources
        .filter(({ uri }) => isTemplate(uri))
        .map((resource) => ({ uriTemplate: resource.uri, ...listed(resource) })),
    }),
  );
  server.setRequestHandler('prompts/list', { params: specTypeSchemas.PaginatedRequestParams }, () => ({
    prompts: listings.prompts.map((prompt) => ({ ...prompt, arguments: [...prompt.arguments] })),
  }));

  const handlers = () => import('./handlers.js');
  server.setRequestHandler(
    'resources/read',
    { params: specTypeSchemas.ReadResourceRequestParams },
    (params, request) =>
      services.countRunning(async () => {
        if (params.uri !== viewResource.uri || !services.showsViews(request)) {
          return (await handlers()).readResource(params, services, request);
        }
        return (await import('../mcp-apps/index.js')).readViewPage();
      }),
  );
  server.setRequestHandler('prompts/get', { params: specTypeSchemas.GetPromptRequestParams }, (params) =>
    services.countRunning(async () => (await handlers()).getPrompt(params)),
  );
  server.setRequestHandler(
    'completion/complete',
    { params: specTypeSchemas.CompleteRequestParams },
    (params, { mcpReq: { signal } }) =>
      services.countRunning(async () => (await handlers()).complete(params, services, signal)),
  );
}
