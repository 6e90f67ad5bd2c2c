import { type JSONRPCMessage, Server, type Transport } from '@modelcontextprotocol/server';
import { type Redact, redactAll } from '../../redact.js';
import { clean } from '../../text.js';

/** Bytes of files, in which a secret could only be replaced by breaking the file. */
const binaryMembers: ReadonlySet<string> = new Set(['data', 'blob']);

/** A message as it may leave: answers, errors, resources, progress, logs and questions alike. */
function redacted(message: JSONRPCMessage, redact: Redact): JSONRPCMessage {
  const withoutSecrets = (value: Record<string, unknown>) =>
    Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [name, redactAll(inner, redact, binaryMembers)]),
    );
  if ('result' in message) return { ...message, result: withoutSecrets(message.result) };
  if ('error' in message) {
    const { code, message: text, data } = message.error;
    const more =
      data === undefined ? {} : { data: redactAll(data, (inner) => clean(redact(inner)), new Set()) };
    return { ...message, error: { code, message: clean(redact(text)), ...more } };
  }
  return message.params === undefined ? message : { ...message, params: withoutSecrets(message.params) };
}

/** A server of which nothing leaves before the secrets of this process were taken out: the last step, for all of it. */
export class RedactingServer extends Server {
  /** Takes the secrets out. */
  redact: Redact = (text) => text;

  override async connect(transport: Transport): Promise<void> {
    const send = transport.send.bind(transport);
    transport.send = (message, options) => send(redacted(message, this.redact), options);
    await super.connect(transport);
  }
}
