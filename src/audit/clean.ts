/** Longest text of an argument in the log; what is cut is counted. */
const mostText = 4_000;

const secretName = /password|passwd|secret|token|api_?key|credential/i;

/**
 * Arguments as the log keeps them: without values of fields that the policy hides or whose name says that
 * they are secret, and with secrets of this server replaced.
 */
export function cleanArguments(
  value: unknown,
  hides: (name: string) => boolean,
  redact: (text: string) => string,
): unknown {
  if (typeof value === 'string') {
    const text = redact(value);
    return text.length > mostText ? `${text.slice(0, mostText)}… [${text.length} characters]` : text;
  }
  if (Array.isArray(value)) return value.map((item) => cleanArguments(item, hides, redact));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      hides(name) || secretName.test(name) ? '[removed]' : cleanArguments(inner, hides, redact),
    ]),
  );
}
