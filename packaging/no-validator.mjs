/**
 * Stands in the bundle where the SDK's server would make a JSON Schema validator of its own, which takes a
 * third of the time to start. This program always hands it one (src/server/confirmation/elicitation.ts).
 */
export class AjvJsonSchemaValidator {
  constructor() {
    throw new Error('This bundle has no default JSON Schema validator: pass one to the server.');
  }
}
