/** A request the tenant turns down: answered with `{"errors": [...]}`. Nearly all of them are status 500. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly texts: readonly string[];
  readonly status: number;

  constructor(texts: string | readonly string[], status = 500) {
    const list = typeof texts === 'string' ? [texts] : texts;
    super(list.join(' '));
    this.texts = list;
    this.status = status;
  }
}
