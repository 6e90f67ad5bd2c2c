import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import {
  CompleteRequestSchema,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ReadResourceRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { handle } from '../dispatch/request-handler.js';
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
  handle(server, ListResourcesRequestSchema, () => ({
    resources: resources
      .filter(({ uri }) => !isTemplate(uri))
      .map((resource) => ({ uri: resource.uri, ...shown(resource) })),
  }));
  handle(server, ListResourceTemplatesRequestSchema, () => ({
    resourceTemplates: resources
      .filter(({ uri }) => isTemplate(uri))
      .map((resource) => ({ uriTemplate: resource.uri, ...shown(resource) })),
  }));
  handle(server, ListPromptsRequestSchema, () => ({
    prompts: listings.prompts.map((prompt) => ({ ...prompt, arguments: [...prompt.arguments] })),
  }));

  const answers = () => import('./handlers.js');
  handle(server, ReadResourceRequestSchema, ({ params }, request) =>
    offering.counted(async () => (await answers()).readResource(params, offering, request)),
  );
  handle(server, GetPromptRequestSchema, ({ params }) =>
    offering.counted(async () => (await answers()).getPrompt(params)),
  );
  handle(server, CompleteRequestSchema, ({ params }, { signal }) =>
    offering.counted(async () => (await answers()).complete(params, offering, signal)),
  );
}
