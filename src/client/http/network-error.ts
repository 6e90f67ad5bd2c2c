import { limits, megabytes } from '../../limits/fixed-limits.js';
import { memoryFull } from '../../limits/memory-pool.js';
import { isObject, member, textMember } from '../json.js';
import { type ApiRequest, requestName } from '../pipeline/request.js';
import { failedOutcome, type Outcome } from './response.js';

/** Why no answer came, without the request object of the HTTP library, which holds the credentials. */
export interface NetworkError {
  readonly code: string;
  readonly message: string;
  /** Whether the request may have reached Autotask. */
  readonly sent: boolean;
}

const neverConnected = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
]);

/** A credential with a line break or a character that no header can carry. */
function isHeaderProblem(code: string): boolean {
  return code === 'ERR_INVALID_CHAR' || code === 'ERR_HTTP_INVALID_HEADER_VALUE';
}

export function isCertificateProblem(code: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ERR_SSL|EPROTO/.test(code);
}

export function networkErrorOf(error: unknown): NetworkError {
  const code = textMember(error, 'code') ?? 'UNKNOWN';
  const message = error instanceof Error ? error.message : String(error);
  const timings = member(error, 'timings');
  const connected = !isObject(timings) || timings.connect !== undefined;
  const handshake = isCertificateProblem(code) || /before secure TLS connection/.test(message);
  const sendable = connected && !neverConnected.has(code) && !isHeaderProblem(code);
  return { code, message, sent: sendable && !handshake };
}

function describe(failure: NetworkError, timeoutMs: number): string {
  switch (failure.code) {
    case 'ETIMEDOUT':
      return failure.sent
        ? `no answer came within ${timeoutMs / 1000} s`
        : `no connection within ${timeoutMs / 1000} s`;
    case 'ECONNREFUSED':
      return 'the connection was refused';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return "Autotask's host name could not be resolved";
    case 'ANSWER_TOO_LARGE':
      return `Autotask's answer is larger than ${megabytes(limits.answerBytes)} and was not read on`;
    case 'TOO_MANY_VALUES':
      return `Autotask's answer holds more than ${limits.answerValues} values`;
    case 'NO_ROOM':
      return 'this server had no room to read the answer';
    case 'ECONNRESET':
    case 'EPIPE':
    case 'ERR_STREAM_PREMATURE_CLOSE':
      return 'the connection broke';
    default:
      return `the connection failed (${failure.code})`;
  }
}

/** What a failed exchange means for the call. */
export function classifyNetworkError(request: ApiRequest, failure: NetworkError, timeoutMs: number): Outcome {
  const cause = new Error(`${failure.code}: ${failure.message}`);
  const what = describe(failure, timeoutMs);
  if (request.write && failure.sent) {
    const message = `${requestName(request)} was sent, but ${what}. It may or may not have been carried out.`;
    return failedOutcome({ kind: 'outcomeUnknown', message, cause });
  }
  if (failure.code === 'NO_ROOM') {
    const { kind, message, next, retryAfter, actor } = memoryFull();
    return failedOutcome({ kind, message, retryAfter, actor, ...(next === undefined ? {} : { next }) });
  }
  if (failure.code === 'ANSWER_TOO_LARGE' || failure.code === 'TOO_MANY_VALUES') {
    return failedOutcome({
      kind: 'unexpected',
      message: `${requestName(request)} failed: ${what}.`,
      next: 'Ask for fewer records (maxRecords) or fewer fields (includeFields) at once.',
      actor: 'server',
      cause,
    });
  }
  const nothingWritten = request.write ? ' Nothing was written.' : '';
  if (isHeaderProblem(failure.code)) {
    return failedOutcome({
      kind: 'configuration',
      message: `${requestName(request)} was not sent: a credential holds a character that HTTP cannot carry.`,
      next: 'Ask the operator to look for line breaks and unusual characters in the credentials.',
      cause,
    });
  }
  if (isCertificateProblem(failure.code)) {
    return failedOutcome({
      kind: 'configuration',
      message: `${requestName(request)} failed: the TLS connection to Autotask could not be trusted (${failure.code}).${nothingWritten}`,
      next: "Ask the operator: behind a proxy that inspects TLS, its certificate belongs into NODE_EXTRA_CA_CERTS; otherwise the API's address may be wrong.",
      cause,
    });
  }
  return failedOutcome({
    kind: 'unavailable',
    message: `${requestName(request)} failed: ${what}.${nothingWritten}`,
    next: 'Try again in a minute; if it persists, ask the operator to check network, proxy and AUTOTASK_API_URL.',
    retryable: true,
    cause,
  });
}
