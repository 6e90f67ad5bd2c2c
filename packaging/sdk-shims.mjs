/** What the SDK takes from its platform, without the JSON Schema validator (see program.mjs). */
export const { process } = globalThis;

/** A fact of browsers alone. */
export const CORS_IS_POSSIBLE = false;

export class DefaultJsonSchemaValidator {
  getValidator() {
    throw new Error('This bundle has no JSON Schema validator.');
  }
}
