import { Refusal } from '../refusal.js';

/**
 * JSON as Autotask's parser takes it: trailing commas, unquoted keys and single quotes pass.
 * Everything else it cannot read is refused in that parser's words.
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return new Reader(text).document();
  }
}

class Reader {
  private at = 0;
  constructor(private readonly text: string) {}

  document(): unknown {
    const value = this.value('');
    this.space();
    if (this.at < this.text.length) this.fail('');
    return value;
  }

  private value(path: string): unknown {
    this.space();
    const start = this.text[this.at];
    if (start === '{') return this.object(path);
    if (start === '[') return this.array(path);
    if (start === '"' || start === "'") return this.string(start, path);
    const word = /^(true|false|null|-?\d+(\.\d+)?([eE][+-]?\d+)?)(?![\w.])/.exec(
      this.text.slice(this.at, this.at + 64),
    )?.[0];
    if (word === undefined) return this.fail(path);
    this.at += word.length;
    return JSON.parse(word);
  }

  private object(path: string): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    this.at++;
    while (!this.ends('}', path)) {
      const key = this.key(path);
      this.space();
      if (this.text[this.at] !== ':') this.fail(path);
      this.at++;
      Object.defineProperty(result, key, {
        value: this.value(path === '' ? key : `${path}.${key}`),
        enumerable: true,
        configurable: true,
        writable: true,
      });
      this.comma('}', path);
    }
    return result;
  }

  private array(path: string): unknown[] {
    const result: unknown[] = [];
    this.at++;
    while (!this.ends(']', path)) {
      result.push(this.value(`${path}[${result.length}]`));
      this.comma(']', path);
    }
    return result;
  }

  private key(path: string): string {
    this.space();
    const start = this.text[this.at];
    if (start === '"' || start === "'") return this.string(start, path);
    const word = /^[A-Za-z_$][\w$]*/.exec(this.text.slice(this.at, this.at + 256))?.[0];
    if (word === undefined) return this.fail(path);
    this.at += word.length;
    return word;
  }

  private string(quote: string, path: string): string {
    let end = this.at + 1;
    while (end < this.text.length && this.text[end] !== quote) end += this.text[end] === '\\' ? 2 : 1;
    if (end >= this.text.length) throw new Refusal(`Unterminated string. ${this.place(path)}`);
    const inner = this.text.slice(this.at + 1, end);
    this.at = end + 1;
    const quoted = quote === '"' ? inner : inner.replaceAll("\\'", "'").replaceAll('"', '\\"');
    try {
      const value: unknown = JSON.parse(
        `"${quoted.replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t')}"`,
      );
      return String(value);
    } catch {
      throw new Refusal(`Bad JSON escape sequence. ${this.place(path)}`);
    }
  }

  /** True when the closing bracket came; consumes it. */
  private ends(close: string, path: string): boolean {
    this.space();
    if (this.at >= this.text.length) {
      throw new Refusal(`Unexpected end of content while loading JSON. ${this.place(path)}`);
    }
    if (this.text[this.at] !== close) return false;
    this.at++;
    return true;
  }

  private comma(close: string, path: string): void {
    this.space();
    if (this.text[this.at] === ',') this.at++;
    else if (this.text[this.at] !== close) this.fail(path);
  }

  private space(): void {
    while (/\s/.test(this.text[this.at] ?? 'x')) this.at++;
  }

  private place(path: string): string {
    const before = this.text.slice(0, this.at).split('\n');
    return `Path '${path}', line ${before.length}, position ${before.at(-1)?.length ?? 0}.`;
  }

  private fail(path: string): never {
    const found = this.text[this.at];
    if (found === undefined) throw new Refusal(`Unexpected end when reading JSON. ${this.place(path)}`);
    throw new Refusal(`Unexpected character encountered while parsing value: ${found}. ${this.place(path)}`);
  }
}
