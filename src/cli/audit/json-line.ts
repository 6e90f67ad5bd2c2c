/** What a terminal could take for a command; JSON itself leaves these as they are. */
const unsafe = /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** An object as one line of JSON that a terminal can show. */
export function jsonLine(value: object): string {
  const text = JSON.stringify(value);
  return `${text.replace(unsafe, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`;
}
