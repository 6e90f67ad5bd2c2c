import { type JSONRPCMessage, Server, type Transport } from '@modelcontextprotocol/server';
import { type Redact, redactNothing } from '../../redact.js';
import { type TextBoundary, textBoundary } from '../../text-boundary.js';

/** Bytes of files, in which a secret could only be replaced by breaking the file. */
const binaryMembers: ReadonlySet<string> = new Set(['data', 'blob']);

/** A message as it may leave: answers, errors, resources, progress, logs and questions alike. */
async function outgoing(message: JSONRPCMessage, { text, value }: TextBoundary): Promise<JSONRPCMessage> {
  const each = async (given: Record<string, unknown>) => {
    const safe: Record<string, unknown> = {};
    for (const [name, inner] of Object.entries(given)) safe[name] = await value(inner, binaryMembers);
    return safe;
  };
  if ('result' in message) return { ...message, result: await each(message.result) };
  if ('error' in message) {
    const { code, message: original, data } = message.error;
    const more = data === undefined ? {} : { data: await value(data) };
    return { ...message, error: { code, message: text(original), ...more } };
  }
  return message.params === undefined ? message : { ...message, params: await each(message.params) };
}

/** A server of which nothing leaves but through the text boundary: the last step, for all of it. */
export class RedactingServer extends Server {
  /** Takes the secrets of this process out. */
  redact: Redact = redactNothing;

  override async connect(transport: Transport): Promise<void> {
    const boundary = textBoundary(this.redact);
    const send = transport.send.bind(transport);
    transport.send = async (message, options) => send(await outgoing(message, boundary), options);
    await super.connect(transport);
  }
}
