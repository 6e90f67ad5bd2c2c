/** What the SDK takes from its platform, without the JSON Schema validator (see program.mjs). */
export { default as process } from 'node:process';

/** A fact of browsers alone. */
export const CORS_IS_POSSIBLE = false;

export class DefaultJsonSchemaValidator {
  getValidator() {
    throw new Error('This bundle has no JSON Schema validator.');
  }
}
