import {
  acceptedContent,
  type InputRequiredResult,
  inputRequired,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server';
import * as z from 'zod';
import type { PersonAsked, Question } from './gate.js';

/** People need longer than programs. For clients before 2026-07-28, whose question is a request of its own. */
export const patienceMs = 5 * 60_000;

const key = 'confirm';
const confirmed = z.object({ confirm: z.literal(true) });

/**
 * What the person at the client answered so far; undefined where the client cannot ask. Everything but an
 * explicit yes is a no: declined, closed, or an answer that is not understood.
 */
export function personAsked(server: Server, { mcpReq }: ServerContext): PersonAsked | undefined {
  if (server.getClientCapabilities()?.elicitation === undefined) return undefined;
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
