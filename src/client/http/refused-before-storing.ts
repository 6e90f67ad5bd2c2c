/**
 * Which failures of a write are certain to have stored nothing. Autotask answers almost every failure with status
 * 500 and a text, also one that came after the record was stored, so only texts of its checks count, and statuses
 * that a server gives before it looks at the body. Everything else leaves open what happened.
 */

/** What a server says that broke off in the middle of its work. */
const interruptedMidway =
  /time-?out|timed out|object reference|deadlock|exception|stack trace|internal (server )?error|unexpected error|error (has )?occurred|transaction|connection|network-related|unavailable|try again/i;

/** Further characters of a text, and names of records in it, decide nothing. */
const withoutNames = (text: string) => text.slice(0, 1000).replace(/"[^"]*"|\[[^\]]*\]/g, '');

/** Texts of Autotask's own checks, as its help, live tenants and other clients show them. */
const checkTexts: readonly RegExp[] = [
  /value does not exist for the required field/i,
  /does not exist (for|or is invalid)/i,
  /does not reference (an existing|a valid)/i,
  /^data violation/i,
  /combination is not currently defined|invalid resource and role combination/i,
  /\bis (a )?required\b|\b(is|are) not (valid|allowed|an active|associated)\b|\bis invalid\b/i,
  /\bmust (be|have|belong|contain|reference|assign|not|specify)\b|\brequires? a\b/i,
  /\bcan(not| only) be\b|\byou cannot\b|\bno more than\b|\bonly one of\b|\bnot possible\b/i,
  /exceeds (the )?maximum|greater than \d|less than zero|(size )?limit of [\d,]+ bytes/i,
  /already (exists|been processed)/i,
  /unable to find .+ in the .+ entity/i,
  /could not convert|unexpected (character|end)|unterminated string|bad json|json integer|not a valid integer|conversion failed/i,
  /adequate permission|do not have permission|not authorized|no matching records found/i,
  /integration ?code is invalid|invalid integration ?code|zone information could not be determined/i,
  /itgenatr005|threshold of \d+ threads|(thread|request) threshold|threshold .*exceeded/i,
];

/** Whether Autotask's texts say that its checks, which come before anything is stored, refused a write. */
export const refusedByChecks = (texts: readonly string[]): boolean =>
  texts.some((text) => checkTexts.some((check) => check.test(withoutNames(text)))) &&
  !texts.some((text) => interruptedMidway.test(withoutNames(text)));

/** No such path, method, or form of request, not permitted, or a proxy in between. */
const statusesBeforeBody = new Set([400, 403, 404, 405, 407, 411, 413, 414, 415, 431]);

/**
 * Whether the status alone says so. 401 does in the form in which the web server in front of Autotask gives it: a
 * challenge and no body. 409, 429 without Autotask's text, and redirects come from anybody.
 */
export const refusedByStatus = (
  status: number,
  headers: Readonly<Record<string, unknown>>,
  text: string,
): boolean =>
  statusesBeforeBody.has(status) ||
  (status === 401 && text.trim() === '' && headers['www-authenticate'] !== undefined);
