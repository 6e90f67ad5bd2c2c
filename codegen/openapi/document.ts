import type { Model } from '../model.js';
import { compareText } from '../order.js';
import { actionPaths } from './actions.js';
import { entityComponents } from './components.js';
import { envelopes } from './envelopes.js';
import { parameters, responses } from './operations.js';
import { entityPaths } from './paths.js';

const header = (name: string, description: string) => ({ type: 'apiKey', in: 'header', name, description });

const server = {
  url: 'https://webservices{zone}.autotask.net/ATServicesRest',
  description: 'ZoneInformation tells the zone of a user.',
  variables: { zone: { default: '', description: 'number of the zone; empty asks any' } },
};

const description = `Every entity of the Autotask PSA REST API with its real routes, verbs and envelopes, and with
the flags that Autotask's own document leaves out: required, read-only, lengths, references, picklists. Made from
public facts, not by Autotask; a tenant's entityInformation/fields has the last word. Flags that nobody knows are
left permissive.`;

/** Entities that no document of today's API lists. */
function legacyEntities({ entities, provenance }: Model): Set<string> {
  const current = (name: string) =>
    provenance.entities[name]?.sources.some((tag) => provenance.sources[tag]?.kind === 'swagger') ?? true;
  return new Set(entities.map(({ name }) => name).filter((name) => !current(name)));
}

/**
 * The whole API as an OpenAPI 3.1 document.
 * @throws Error when an entity's name collides with one of the envelopes
 */
export function openapiDocument(model: Model) {
  const entities = entityComponents(model);
  for (const name of Object.keys(envelopes)) {
    if (name in entities) throw new Error(`The envelope ${name} has the name of an entity`);
  }
  const paths = { ...actionPaths(), ...entityPaths(model.entities, legacyEntities(model)) };
  const tags = ['Tenant', ...model.entities.map(({ name }) => name)];
  return {
    openapi: '3.1.0',
    info: { title: 'Autotask PSA REST API', version: '1.0', description },
    servers: [server],
    security: [{ ApiIntegrationCode: [], UserName: [], Secret: [] }],
    tags: tags.map((name) => ({ name })),
    paths: Object.fromEntries(Object.entries(paths).sort(([a], [b]) => compareText(a, b))),
    components: {
      securitySchemes: {
        ApiIntegrationCode: header('ApiIntegrationCode', 'tracking identifier of the integration'),
        UserName: header('UserName', 'user name of an API-only user'),
        Secret: header('Secret', 'its secret'),
      },
      parameters,
      responses,
      schemas: { ...envelopes, ...entities },
    },
  };
}
