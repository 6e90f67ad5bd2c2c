import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import {
  CompleteRequestSchema,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ReadResourceRequestSchema,
  type ServerNotification,
  type ServerRequest,
} from '@modelcontextprotocol/sdk/types.js';
import type { Answer } from '../dispatch/dispatch.js';
import { handle } from '../dispatch/request-handler.js';
import type { Desk } from '../tenant-services.js';
import { catalogue } from '../tool-list/listings.js';

export interface Offering {
  /** Whether a tool is offered; resources of a tool that is not are not offered either. */
  has(tool: string): boolean;
  call(name: string, args: Record<string, unknown>, request: Request): Promise<Answer>;
  context(): Promise<Desk['context']>;
  /** Runs work that a shutdown waits for. */
  counted<T>(work: () => Promise<T>): Promise<T>;
}

/** What is known of the request that reads a resource. */
export type Request = Pick<RequestHandlerExtra<ServerRequest, ServerNotification>, 'signal' | 'authInfo'>;

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
    prompts: catalogue.prompts.map((prompt) => ({ ...prompt, arguments: [...prompt.arguments] })),
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
