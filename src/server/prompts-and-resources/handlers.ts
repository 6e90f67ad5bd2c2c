import {
  type CompleteRequest,
  type CompleteResult,
  type GetPromptRequest,
  type GetPromptResult,
  ProtocolError,
  ProtocolErrorCode,
  type ReadResourceRequest,
  type ReadResourceResult,
  ResourceNotFoundError,
} from '@modelcontextprotocol/server';
import { AutotaskError } from '../../errors.js';
import { didYouMean } from '../../names/nearest.js';
import { oneLine, quotedName, shorten } from '../../text.js';
import type { Completion } from '../../tools/prompts-and-resources/completions.js';
import { prompts } from '../../tools/prompts-and-resources/prompts.js';
import { resourceAt, resources } from '../../tools/prompts-and-resources/resources.js';
import { neutralize } from '../output/untrusted-text.js';
import type { RequestContext, ResourceServices } from './services.js';

/** A list of suggestions may hold so many, says the protocol. */
const maxSuggestions = 100;

export async function readResource(
  { uri }: ReadResourceRequest['params'],
  { offersTool: has, call, hints }: ResourceServices,
  request: RequestContext,
): Promise<ReadResourceResult> {
  const found = resourceAt(uri);
  if (found === undefined || !has(found.resource.tool))
    throw new ResourceNotFoundError(shorten(oneLine(uri), 200), `There is no resource ${quotedName(uri)}.`);
  const { text, blocks, isError } = await call(
    found.resource.tool,
    found.resource.args(found.variable),
    request,
  );
  if (isError) throw new ResourceNotFoundError(shorten(uri, 200), text);
  const bytes = blocks.flatMap((block) =>
    block.type === 'link' ? [] : [{ uri, mimeType: block.mimeType, blob: block.data }],
  );
  // Clients of 2025 know no such hints.
  const hint = request.mcpReq.envelope === undefined ? {} : hints.resource(uri);
  return { ...hint, contents: [{ uri, mimeType: 'text/plain', text }, ...bytes] };
}

export function getPrompt({ name, arguments: given = {} }: GetPromptRequest['params']): GetPromptResult {
  const prompt = prompts.find((candidate) => candidate.name === name);
  if (prompt === undefined) {
    const hint = didYouMean(
      name,
      prompts.map((candidate) => candidate.name),
    );
    throw new ProtocolError(
      ProtocolErrorCode.InvalidParams,
      `There is no prompt ${quotedName(name)}.${hint}`,
    );
  }
  const missing = prompt.args.find((argument) => argument.required && !given[argument.name]?.trim());
  if (missing !== undefined) {
    throw new ProtocolError(
      ProtocolErrorCode.InvalidParams,
      `${name} needs ${missing.name}: ${missing.description}`,
    );
  }
  return {
    description: prompt.description,
    messages: [{ role: 'user', content: { type: 'text', text: prompt.render(given) } }],
  };
}

export async function complete(
  { ref, argument }: CompleteRequest['params'],
  { offersTool: has, context }: ResourceServices,
  signal: AbortSignal,
): Promise<CompleteResult> {
  const completion: Completion | undefined =
    ref.type === 'ref/prompt'
      ? prompts.find(({ name }) => name === ref.name)?.args.find(({ name }) => name === argument.name)
          ?.complete
      : resources.find(({ uri, tool }) => uri === ref.uri && has(tool))?.complete;
  if (completion === undefined)
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'There is nothing to complete.');
  try {
    const values = await completion(argument.value, { ...(await context()), signal });
    return {
      completion: {
        values: values.slice(0, maxSuggestions).map(neutralize),
        total: values.length,
        hasMore: values.length > maxSuggestions,
      },
    };
  } catch (error) {
    // Suggestions are optional: without a tenant there are none.
    if (error instanceof AutotaskError) return { completion: { values: [], total: 0, hasMore: false } };
    throw error;
  }
}
