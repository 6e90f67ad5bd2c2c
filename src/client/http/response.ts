import { type Actor, AutotaskError, type ErrorDetails, type ErrorKind } from '../../errors.js';
import { isObject, parseJson } from '../json.js';
import { type ApiRequest, type HttpResponse, requestName } from '../pipeline/request.js';
import { errorTexts, frameworkTexts, isWebPage, kindOfTexts, pageTitle } from './error-texts.js';
import { refusedByChecks, refusedByStatus } from './refused-before-storing.js';

/** A parsed body, or an error and whether repeating the request may help. */
export type Outcome =
  | { readonly ok: true; readonly body: unknown; readonly status: number }
  | { readonly ok: false; readonly error: AutotaskError; readonly retryable: boolean };

/**
 * Seconds from `Retry-After`, which is a number of seconds or a date; undefined when absent or unreadable. A date is
 * one of the clock that the answer's own `Date` is of, which may differ from this machine's.
 */
export function retryAfterOf({ headers }: HttpResponse): number | undefined {
  const value = String(headers['retry-after'] ?? '').trim();
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value);
  const date = value === '' ? Number.NaN : Date.parse(value);
  const now = Date.parse(String(headers.date ?? ''));
  return Number.isNaN(date)
    ? undefined
    : Math.max(0, Math.ceil((date - (Number.isNaN(now) ? Date.now() : now)) / 1000));
}

const nextSteps: Readonly<Partial<Record<ErrorKind, string>>> = {
  invalid: 'Correct the values that Autotask names and try again; repeating the same request fails again.',
  conflict: 'Read the existing record and change that one, or choose another name.',
  notFound: 'Check the id and the path; records that the API user may not see look the same.',
  notAllowed: 'Autotask offers no such operation on this entity; use another one.',
  permission:
    "Ask the administrator: the API user's security level in Autotask must allow this, or the record must be visible to that user.",
  credentials:
    'Ask the operator to check user name, secret and tracking identifier, and in Autotask whether the API user is active and not locked. Do not keep trying: repeated failures lock the user.',
  zone: 'Ask the operator to check the API user name, or to pin the zone with AUTOTASK_API_URL.',
  configuration: "Ask the operator to check this server's network settings.",
  limited: 'Wait before trying again, and ask for less at once.',
  unavailable: 'Try again in a few minutes; if it persists, check the status page of Autotask.',
  unexpected: 'Try again once; if it persists, report it to the operator of this server.',
  outcomeUnknown:
    'Do not repeat the write blindly: read the record, or search for it, and repeat only if it did not happen.',
};

interface Reason {
  readonly kind: ErrorKind;
  readonly message: string;
  readonly retryable?: boolean;
  readonly upstream?: readonly string[];
  readonly next?: string;
  readonly status?: number;
  readonly retryAfter?: number | undefined;
  readonly cause?: unknown;
  readonly actor?: Actor;
}

export function failedOutcome(reason: Reason): Outcome {
  const { kind, message, retryable = false, retryAfter, next = nextSteps[kind], ...rest } = reason;
  const details: ErrorDetails = {
    ...rest,
    ...(next === undefined ? {} : { next }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  };
  return { ok: false, error: new AutotaskError(kind, message, details), retryable };
}

/** A write may have happened although its answer is useless. */
function unknownOutcome(
  request: ApiRequest,
  what: string,
  reason: Omit<Reason, 'kind' | 'message'>,
): Outcome {
  if (request.write) {
    const message = `${requestName(request)} was sent, but ${what}. It may or may not have been carried out.`;
    return failedOutcome({ kind: 'outcomeUnknown', message, ...reason, retryable: false });
  }
  return failedOutcome({
    kind: 'unavailable',
    message: `${requestName(request)} failed: ${what}.`,
    ...reason,
  });
}

function success(request: ApiRequest, response: HttpResponse): Outcome {
  const { status } = response;
  const body = parseJson(response.text);
  if (isWebPage(response) && !isObject(body)) {
    // Planned maintenance answers like this, and outlasts any retry.
    const what = 'Autotask answered with a web page instead of data, as it does during maintenance';
    return unknownOutcome(request, what, { status, upstream: pageTitle(response.text) });
  }
  if (!isObject(body)) {
    const what =
      response.text.trim() === '' ? "Autotask's answer was empty" : "Autotask's answer was cut short";
    return unknownOutcome(request, what, { status, retryable: true });
  }
  const texts = errorTexts(body);
  if (texts.length === 0) return { ok: true, body, status: response.status };
  return request.write ? acceptedWithErrors(request, response, texts) : refused(request, response, texts);
}

/** A status of success with complaints: the record may well be stored. */
const acceptedWithErrors = (
  request: ApiRequest,
  { status }: HttpResponse,
  upstream: readonly string[],
): Outcome =>
  unknownOutcome(request, 'Autotask accepted it and complained in the same answer', { status, upstream });

/** A refusal that carries texts: they say more than the status does. */
function refused(request: ApiRequest, response: HttpResponse, upstream: readonly string[]): Outcome {
  const kind = kindOfTexts(upstream);
  if (kind === 'limited') return limited(request, response, upstream);
  const message = `Autotask refused ${requestName(request)}.`;
  return failedOutcome({ kind, message, upstream, status: response.status });
}

function limited(request: ApiRequest, response: HttpResponse, upstream: readonly string[]): Outcome {
  const { status } = response;
  const nothingWritten = request.write ? ' Nothing was written.' : '';
  const message = `Autotask limits requests at the moment and did not carry out ${requestName(request)}.${nothingWritten}`;
  return failedOutcome({
    kind: 'limited',
    message,
    upstream,
    status,
    retryAfter: retryAfterOf(response),
    retryable: true,
  });
}

/** Which statuses mean what when the body names no reason. */
function byStatus(request: ApiRequest, response: HttpResponse, upstream: readonly string[]): Outcome {
  const { status } = response;
  const name = requestName(request);
  const details = { status, upstream };
  switch (status) {
    case 401:
      return failedOutcome({
        ...details,
        kind: 'credentials',
        message: `Autotask refused the credentials for ${name}: the secret or tracking identifier is wrong, the API user is locked or inactive, or the tenant lives in another zone. Autotask does not say which.`,
      });
    case 403:
      return failedOutcome({ ...details, kind: 'permission', message: `Autotask does not permit ${name}.` });
    case 404:
      return failedOutcome({
        ...details,
        kind: 'notFound',
        message: `Autotask has nothing at ${name}: no such record, or no such path in this tenant.`,
      });
    case 405:
      return failedOutcome({ ...details, kind: 'notAllowed', message: `Autotask does not offer ${name}.` });
    case 407:
      return failedOutcome({ ...details, kind: 'configuration', message: 'The proxy asks for credentials.' });
    case 409:
      return failedOutcome({
        ...details,
        kind: 'conflict',
        message: `Autotask reports a conflict for ${name}.`,
      });
    case 429:
      return limited(request, response, upstream);
  }
  if (status >= 300 && status < 400) {
    const message = `Autotask redirected ${name}. Redirects are not followed, because credentials would travel along.`;
    return failedOutcome({ ...details, kind: 'zone', message });
  }
  if (status >= 400 && status < 500 && status !== 408) {
    return failedOutcome({
      ...details,
      kind: 'invalid',
      message: `Autotask rejected ${name} with status ${status}.`,
    });
  }
  const what = `Autotask answered with status ${status}${status === 500 ? ' and no reason' : ''}`;
  const retryAfter = retryAfterOf(response);
  const retryable = [408, 500, 502, 503, 504].includes(status);
  return unknownOutcome(request, what, { ...details, retryAfter, retryable });
}

export function classifyResponse(request: ApiRequest, response: HttpResponse): Outcome {
  const { status } = response;
  if (status >= 200 && status < 300) return success(request, response);
  const texts = isWebPage(response) ? [] : errorTexts(parseJson(response.text));
  if (request.write && !refusedByChecks(texts) && !refusedByStatus(status, response.headers, response.text)) {
    const what = `Autotask answered with status ${status}${texts.length === 0 ? ' and no reason' : ' and a text that does not say that nothing was stored'}`;
    const upstream = [...texts, ...frameworkTexts(response)];
    return unknownOutcome(request, what, { status, upstream, retryAfter: retryAfterOf(response) });
  }
  // Thread-limit text has been seen with other statuses than 429.
  if (texts.length > 0 && (status === 500 || kindOfTexts(texts) === 'limited')) {
    return refused(request, response, texts);
  }
  return byStatus(request, response, [...texts, ...frameworkTexts(response)]);
}
