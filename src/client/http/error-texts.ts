import type { ErrorKind } from '../../errors.js';
import { shorten } from '../../text.js';
import { member, parseJson, textMember } from '../json.js';
import type { HttpResponse } from '../pipeline/request.js';

/** An upper bound alone: texts are shortened after the secrets are taken out, see redact-error.ts. */
const maxTextLength = 20_000;

/** The `errors` of a body; Autotask sends texts, some gateways send objects with a message. */
export function errorTexts(body: unknown): string[] {
  const errors = member(body, 'errors');
  const list = Array.isArray(errors) ? errors : [];
  const texts = list.map((entry) =>
    typeof entry === 'string' ? entry : (textMember(entry, 'message') ?? JSON.stringify(entry) ?? ''),
  );
  return texts.filter((text) => text.trim() !== '').map((text) => shorten(text, maxTextLength));
}

/** Where no code of Autotask's answered, the web framework below it did: with `Message`, or a web page. */
export function frameworkTexts(response: HttpResponse): string[] {
  if (isWebPage(response)) return pageTitle(response.text);
  const message = textMember(parseJson(response.text), 'Message');
  return message === null ? [] : [shorten(message, maxTextLength)];
}

/** Of a web page only its title is worth passing on. */
export function pageTitle(text: string): string[] {
  const title = /<title[^<>]*>([^<]*)/i.exec(text)?.[1]?.trim();
  return title === undefined || title === '' ? [] : [shorten(title, maxTextLength)];
}

export function isWebPage(response: HttpResponse): boolean {
  return /^\s*</.test(response.text) || /text\/html/i.test(String(response.headers['content-type'] ?? ''));
}

/**
 * Autotask reports almost every failure as status 500 with a text. These are the texts that say who can
 * act; what matches none of them is a rejected value and the caller's to correct.
 */
const textKinds: readonly (readonly [RegExp, ErrorKind])[] = [
  [
    /thread threshold|Itgenatr005|threshold of \d+ threads|request threshold|threshold .{0,200}exceeded/i,
    'limited',
  ],
  [/IntegrationCode is invalid|invalid integration ?code/i, 'credentials'],
  [/zone information could not be determined/i, 'zone'],
  // The answer to deleting what is not there, or what the API user may not see.
  [/No matching records found/i, 'notFound'],
  [/adequate permission|do not have permission|not authorized/i, 'permission'],
  [/already exists|must be unique/i, 'conflict'],
];

export function kindOfTexts(texts: readonly string[]): ErrorKind {
  return textKinds.find(([pattern]) => texts.some((text) => pattern.test(text)))?.[1] ?? 'invalid';
}
