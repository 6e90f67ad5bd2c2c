import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { RequestId } from '@modelcontextprotocol/sdk/types.js';
import type { jsonSchemaValidator } from '@modelcontextprotocol/sdk/validation';
import type { Ask } from './gate.js';

/** People need longer than programs. */
const patienceMs = 5 * 60_000;

let loaded: jsonSchemaValidator | undefined;

/**
 * Reads what clients answer to questions. It is large and few clients are ever asked, so it is loaded with
 * the first question.
 */
export const answerValidator: jsonSchemaValidator = {
  getValidator: (schema) => {
    if (loaded === undefined) throw new Error('A client was asked before its answer could be read.');
    return loaded.getValidator(schema);
  },
};

/**
 * Asks the human at the client whether to write; undefined where the client cannot ask. Everything but an
 * explicit yes is a no: declined, closed, not answered in time, or an answer that is not understood.
 */
export function askThrough(server: Server, requestId: RequestId, signal: AbortSignal): Ask | undefined {
  if (server.getClientCapabilities()?.elicitation === undefined) return undefined;
  return async (message) => {
    const { AjvJsonSchemaValidator } = await import('@modelcontextprotocol/sdk/validation/ajv');
    loaded ??= new AjvJsonSchemaValidator();
    try {
      const { action, content } = await server.elicitInput(
        {
          mode: 'form',
          message,
          requestedSchema: {
            type: 'object',
            properties: {
              confirm: { type: 'boolean', title: 'Write this to Autotask', default: false },
            },
            required: ['confirm'],
          },
        },
        { relatedRequestId: requestId, timeout: patienceMs, signal },
      );
      return action === 'accept' && content?.confirm === true;
    } catch {
      return false;
    }
  };
}
