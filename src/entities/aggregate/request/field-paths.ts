import type { Entity } from '../../../model.js';
import { type EntityMetadata, type FieldMetadata, titleOf } from '../../metadata/entity-metadata.js';
import { entityOfType } from '../../metadata/entity-names.js';
import type { MetadataStore } from '../../metadata/metadata-store.js';
import { unknownField } from '../../metadata/unknown-field.js';

/** A field of the records themselves, or of a record that they point to. */
export interface FieldPath {
  /** As Autotask spells it: `ticketID.companyID`. */
  readonly name: string;
  /** The fields that lead there, outermost first; empty for a field of the records themselves. */
  readonly through: readonly ReferenceStep[];
  readonly field: FieldMetadata;
}

export interface ReferenceStep {
  readonly field: FieldMetadata;
  /** What it points to; can be queried by id. */
  readonly entity: Entity & { readonly path: string };
}

/** Further than this nobody asks, and every step costs look-ups. */
const mostReferences = 2;

const separator = /\s*(?:->|[./])\s*/;

/** Finds what a text names. All reading of foreign entities is checked by their own facts: rights and masks. */
export function createPathFinder(
  root: EntityMetadata,
  facts: MetadataStore,
  signal: AbortSignal | undefined,
) {
  /** `company` is understood as `companyID`, as in the arguments of other tools. */
  const builtIn = (metadata: EntityMetadata, name: string) =>
    metadata.field(name) ?? metadata.field(`${name}ID`);
  const named = async (metadata: EntityMetadata, name: string) =>
    builtIn(metadata, name) ?? (await metadata.find(name, signal));

  function referenceBy(metadata: EntityMetadata, field: FieldMetadata): ReferenceStep | string {
    const entity = entityOfType(field.referenceEntityType);
    if (field.referenceEntityType === null) {
      const references = metadata.fields.filter((candidate) => candidate.referenceEntityType !== null);
      return `${field.name} of ${metadata.entity.name} points to no other record. Those that do: ${references.map(({ name }) => name).join(', ')}`;
    }
    if (entity === undefined || entity.path === null || !entity.operations.includes('query')) {
      return `${field.name} points to ${field.referenceEntityType}, which Autotask does not look up by id`;
    }
    return { field, entity: { ...entity, path: entity.path } };
  }

  async function walk(
    metadata: EntityMetadata,
    text: string,
    through: readonly ReferenceStep[],
  ): Promise<FieldPath | string> {
    const [first = '', ...more] = text.split(separator);
    const done = (field: FieldMetadata): FieldPath => ({
      name: [...through.map((step) => step.field), field].map(titleOf).join('.'),
      through,
      field,
    });
    const step = more.length === 0 ? undefined : builtIn(metadata, first);
    let problem: string | undefined;
    if (step !== undefined) {
      const reference = referenceBy(metadata, step);
      if (typeof reference === 'string') problem = reference;
      else if (through.length >= mostReferences)
        problem = `goes through more than ${mostReferences} references`;
      else {
        const found = await walk(await facts(reference.entity, signal), more.join('.'), [
          ...through,
          reference,
        ]);
        if (typeof found !== 'string') return found;
        problem = found;
      }
    }
    // A user-defined field may have any name, dots included.
    const field = await named(metadata, text);
    if (field !== undefined) return done(field);
    return problem ?? unknownField(metadata, text);
  }

  /** The path, or what is wrong with the text. */
  return (text: string): Promise<FieldPath | string> => walk(root, text.trim(), []);
}

export type FindPath = ReturnType<typeof createPathFinder>;

export const isFieldPath = (found: FieldPath | string): found is FieldPath => typeof found !== 'string';
