import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import {
  CompleteRequestSchema,
  ErrorCode,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  McpError,
  ReadResourceRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { AutotaskError } from '../errors.js';
import { didYouMean } from '../nearest.js';
import type { Completion } from '../tools/completions.js';
import type { ToolContext } from '../tools/define.js';
import { prompts } from '../tools/prompts.js';
import { resources as allResources, resourceAt } from '../tools/resources.js';
import type { Answer } from './dispatch.js';

/** The protocol's code for a resource that does not exist. */
const resourceNotFound = -32002;

/** A list of suggestions may hold so many, says the protocol. */
const mostSuggestions = 100;

export interface Offering {
  readonly context: Omit<ToolContext, 'signal' | 'progress'>;
  /** Whether a tool is offered; resources of a tool that is not are not offered either. */
  has(tool: string): boolean;
  call(name: string, args: Record<string, unknown>, signal: AbortSignal): Promise<Answer>;
}

const isTemplate = (uri: string) => uri.includes('{');

/** Everything a server offers besides tools: resources, prompts, and suggestions for the arguments of both. */
export function offer(server: Server, { context, has, call }: Offering): void {
  const resources = allResources.filter(({ tool }) => has(tool));
  const shown = ({ uri, title, description }: (typeof allResources)[number]) => ({
    name: uri.replace('autotask://', ''),
    title,
    description,
    mimeType: 'text/plain',
  });
  server.setRequestHandler(ListResourcesRequestSchema, () => ({
    resources: resources
      .filter(({ uri }) => !isTemplate(uri))
      .map((resource) => ({ uri: resource.uri, ...shown(resource) })),
  }));
  server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({
    resourceTemplates: resources
      .filter(({ uri }) => isTemplate(uri))
      .map((resource) => ({ uriTemplate: resource.uri, ...shown(resource) })),
  }));
  server.setRequestHandler(ReadResourceRequestSchema, async ({ params: { uri } }, { signal }) => {
    const found = resourceAt(uri);
    if (found === undefined || !has(found.resource.tool))
      throw new McpError(resourceNotFound, `There is no resource ${uri}`);
    const { text, blocks, isError } = await call(
      found.resource.tool,
      found.resource.args(found.variable),
      signal,
    );
    if (isError) throw new McpError(resourceNotFound, text);
    const bytes = blocks.flatMap((block) =>
      block.type === 'link' ? [] : [{ uri, mimeType: block.mimeType, blob: block.data }],
    );
    return { contents: [{ uri, mimeType: 'text/plain', text }, ...bytes] };
  });

  server.setRequestHandler(ListPromptsRequestSchema, () => ({
    prompts: prompts.map(({ name, title, description, args }) => ({
      name,
      title,
      description,
      arguments: args.map(({ complete: _, ...argument }) => argument),
    })),
  }));
  server.setRequestHandler(GetPromptRequestSchema, ({ params: { name, arguments: given = {} } }) => {
    const prompt = prompts.find((candidate) => candidate.name === name);
    if (prompt === undefined) {
      const hint = didYouMean(
        name,
        prompts.map((candidate) => candidate.name),
      );
      throw new McpError(ErrorCode.InvalidParams, `There is no prompt ${JSON.stringify(name)}.${hint}`);
    }
    const missing = prompt.args.find((argument) => argument.required && !given[argument.name]?.trim());
    if (missing !== undefined) {
      throw new McpError(ErrorCode.InvalidParams, `${name} needs ${missing.name}: ${missing.description}`);
    }
    return {
      description: prompt.description,
      messages: [{ role: 'user', content: { type: 'text', text: prompt.render(given) } }],
    };
  });

  server.setRequestHandler(CompleteRequestSchema, async ({ params: { ref, argument } }, { signal }) => {
    const complete: Completion | undefined =
      ref.type === 'ref/prompt'
        ? prompts.find(({ name }) => name === ref.name)?.args.find(({ name }) => name === argument.name)
            ?.complete
        : resources.find(({ uri }) => uri === ref.uri)?.complete;
    if (complete === undefined) throw new McpError(ErrorCode.InvalidParams, 'There is nothing to complete.');
    try {
      const values = await complete(argument.value, { ...context, signal });
      return {
        completion: {
          values: values.slice(0, mostSuggestions),
          total: values.length,
          hasMore: values.length > mostSuggestions,
        },
      };
    } catch (error) {
      // Suggestions are a courtesy: without a tenant there are none.
      if (error instanceof AutotaskError) return { completion: { values: [], total: 0, hasMore: false } };
      throw error;
    }
  });
}
