import { AutotaskError } from '../../errors.js';
import type { TextBoundary } from '../../text-boundary.js';

type Outgoing = TextBoundary['text'];

/** Characters of one upstream text that are passed on: with the words that say it was cut, fewer than 2,000. */
const maxTextLength = 1_950;
/** Upstream texts of one error, and characters of them together. */
const maxTexts = 20;
const maxTotalLength = 8_000;

/** The first texts without secrets, and how many there are besides. */
function fewTexts(texts: readonly string[], outgoing: Outgoing): string[] {
  const kept: string[] = [];
  let remaining = maxTotalLength;
  for (const original of texts.slice(0, maxTexts)) {
    const text = outgoing(original, maxTextLength);
    if (text.length > remaining) break;
    kept.push(text);
    remaining -= text.length;
  }
  const rest = texts.length - kept.length;
  return rest === 0 ? kept : [...kept, `and ${rest} more texts`];
}

/**
 * Makes an error fit to leave the client: an AutotaskError without any secret, neither in its texts nor
 * in its cause. Errors that hold none stay what they are.
 */
export function redactError(error: unknown, outgoing: Outgoing): AutotaskError {
  if (!(error instanceof AutotaskError)) {
    const text = outgoing(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
    return new AutotaskError('defect', `The client failed: ${text}`, {
      next: 'Report it to the operator of this server.',
    });
  }
  const message = outgoing(error.message);
  const next = error.next === undefined ? undefined : outgoing(error.next);
  const upstream = fewTexts(error.upstream, outgoing);
  const cause = redactCause(error.cause, outgoing);
  const unchanged =
    message === error.message &&
    next === error.next &&
    cause === error.cause &&
    upstream.length === error.upstream.length &&
    upstream.every((text, index) => text === error.upstream[index]);
  if (unchanged) return error;
  return new AutotaskError(error.kind, message, {
    upstream,
    actor: error.actor,
    ...(next === undefined ? {} : { next }),
    ...(cause === undefined ? {} : { cause }),
    ...(error.status === undefined ? {} : { status: error.status }),
    ...(error.retryAfter === undefined ? {} : { retryAfter: error.retryAfter }),
  });
}

/** Causes are plain errors that this client made from code and message, so the message is all there is. */
function redactCause(cause: unknown, outgoing: Outgoing): unknown {
  if (cause === undefined) return undefined;
  const text = cause instanceof Error ? cause.message : String(cause);
  return cause instanceof Error && outgoing(text) === text ? cause : new Error(outgoing(text));
}
