import { named } from '../../names/match.js';
import { didYouMean } from '../../names/nearest.js';
import { type EntityMetadata, type FieldMetadata, titleOf } from './entity-metadata.js';
import { fieldSynonyms } from './field-synonyms.js';
import { markMetadataSuspect } from './stale-metadata.js';

/** The fields that people mean by a word that is the name of none; several are asked back. */
export const fieldsOf = (word: string, field: EntityMetadata['field']): readonly FieldMetadata[] => [
  ...new Set(fieldSynonyms(word).flatMap((name) => field(name) ?? [])),
];

/** User-defined fields by name, label or what answers call them; several where the spelling fits more than one. */
export function udfsNamed(name: string, udfs: readonly FieldMetadata[]): readonly FieldMetadata[] {
  const spellings = udfs.flatMap((udf) =>
    [...new Set([udf.name, udf.label ?? udf.name, titleOf(udf)])].map((spelling) => ({ udf, spelling })),
  );
  return [...new Set(named(name, spellings, ({ spelling }) => spelling, 'stored').map(({ udf }) => udf))];
}

/** `"statsu" is not a field of Tickets. Did you mean status?` */
export async function unknownField(metadata: EntityMetadata, name: string): Promise<string> {
  if (metadata.hides(name)) return `${JSON.stringify(name)} is hidden by the policy of this server`;
  markMetadataSuspect();
  const udfs = await metadata.udfs();
  const several = udfsNamed(name, udfs);
  if (several.length > 1) {
    const listed = several.map((udf) => JSON.stringify(udf.name)).join(' and ');
    return `${JSON.stringify(name)} fits several fields of ${metadata.entity.name}: ${listed}; spell one exactly`;
  }
  const meant = fieldsOf(name, metadata.field);
  if (meant.length > 1) {
    const listed = meant.map((field) => field.name).join(' or ');
    return `${JSON.stringify(name)} may mean ${listed} of ${metadata.entity.name}; name one`;
  }
  const names = [...metadata.fields, ...udfs].map((field) => field.name);
  const hint = didYouMean(name, names) || ' describe-entity-fields lists its fields';
  return `${JSON.stringify(name)} is not a field of ${metadata.entity.name}.${hint}`;
}
