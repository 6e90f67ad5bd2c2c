import {
  acceptedContent,
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  type InputRequiredResult,
  inputRequired,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server';
import * as z from 'zod';
import { viewExtension, viewMimeType } from '../../view-data.js';
import type { PersonAsked, Question } from './gate.js';

/** People need longer than programs. For clients before 2026-07-28, whose question is a request of its own. */
export const answerTimeoutMs = 5 * 60_000;

const key = 'confirm';
const confirmed = z.object({ confirm: z.literal(true) });

const client = z.object({
  [CLIENT_INFO_META_KEY]: z.object({ name: z.string() }).optional(),
  [CLIENT_CAPABILITIES_META_KEY]: z.object({
    elicitation: z.object({ form: z.unknown(), url: z.unknown() }).partial().optional(),
    extensions: z.record(z.string(), z.unknown()).optional(),
  }),
});

/** Who asks and what it can do: later clients than those of 2025 say so with each request. */
function clientOf(server: Server, { mcpReq }: ServerContext) {
  const { data } = client.safeParse(mcpReq.envelope);
  if (data === undefined) {
    return {
      name: server.getClientVersion()?.name,
      elicitation: server.getClientCapabilities()?.elicitation,
      extensions: server.getClientCapabilities()?.extensions,
    };
  }
  return {
    name: data[CLIENT_INFO_META_KEY]?.name,
    elicitation: data[CLIENT_CAPABILITIES_META_KEY].elicitation,
    extensions: data[CLIENT_CAPABILITIES_META_KEY].extensions,
  };
}

/** Whether the client never said what it can do. */
export const isUnknownClient = (server: Server, { mcpReq }: ServerContext): boolean =>
  mcpReq.envelope === undefined && server.getClientCapabilities() === undefined;

const viewSupport = z.object({ mimeTypes: z.array(z.string()).optional() });

/** Whether the client shows pages as views; one that names no media type knows the only one there is. */
export function showsViews(server: Server, context: ServerContext): boolean {
  const support = viewSupport.safeParse(clientOf(server, context).extensions?.[viewExtension]);
  return support.success && (support.data.mimeTypes?.includes(viewMimeType) ?? true);
}

/** Over HTTP the transport knows who holds the token, whatever they are called; over stdio there is one client. */
export function callerOf(server: Server, context: ServerContext): string {
  const holder = context.http?.authInfo?.clientId;
  if (holder === undefined) return `stdio ${clientOf(server, context).name ?? ''}`.trim();
  return holder.startsWith('stdio') ? `http ${holder}` : holder;
}

/**
 * What the person at the client answered so far; undefined where the client cannot ask. Everything but an
 * explicit yes is a no: declined, closed, or an answer that is not understood.
 */
export function personAsked(server: Server, context: ServerContext): PersonAsked | undefined {
  const { elicitation } = clientOf(server, context);
  // A client that names no mode knows forms, as all did before there were modes.
  if (elicitation === undefined || (elicitation.form === undefined && elicitation.url !== undefined))
    return undefined;
  const { mcpReq } = context;
  const state = mcpReq.requestState<string>();
  if (state === undefined) return { answer: null };
  return {
    answer: { state, confirmed: acceptedContent(mcpReq.inputResponses, key, confirmed) !== undefined },
  };
}

/** The answer to a call that waits for a person: the client asks and repeats the call with what was said. */
export const inputRequiredFor = ({ message, state }: Question): InputRequiredResult =>
  inputRequired({
    inputRequests: {
      [key]: inputRequired.elicit({
        message,
        requestedSchema: {
          type: 'object',
          properties: { confirm: { type: 'boolean', title: 'Write this to Autotask', default: false } },
          required: ['confirm'],
        },
      }),
    },
    requestState: state,
  });
