import { load } from '../../../generated/load.js';
import type { AutotaskReader, LiveField } from '../../client/types.js';
import { AutotaskError } from '../../errors.js';
import type { Entity, Field } from '../../model.js';
import { named } from '../../names/match.js';
import { didYouMean } from '../../names/nearest.js';
import type { Policy } from '../../policy/index.js';
import { nameText } from '../../text.js';
import { isDayField } from '../values/dates.js';
import { fieldSynonyms } from './field-synonyms.js';
import { markMetadataSuspect, markMetadataUsed, metadataPath } from './stale-metadata.js';

export interface Choice {
  readonly value: string;
  readonly label: string;
  readonly isActive: boolean;
  readonly isDefaultValue: boolean;
  /** Comes with Autotask, as the tenant tells; nobody else may have changed its meaning. */
  readonly isSystem?: boolean;
  /** Value of the parent picklist that this choice belongs to; empty when none. */
  readonly parentValue: string;
  /** Place in the picklist as Autotask shows it. */
  readonly sortOrder: number;
}

/** What is known about a field: the snapshot's facts, replaced by the tenant's own where they were read. */
export interface FieldMetadata extends Omit<Field, 'dataType' | 'picklistValues'> {
  readonly dataType: string;
  /** Display name of a user-defined field. */
  readonly label: string | null;
  readonly udf: boolean;
  /** How answers call a user-defined field whose own name could pass for something else; `name` where absent. */
  readonly shownAs?: string;
  /** Holds days, although its type says datetime: midnight in UTC that no time zone shifts. */
  readonly day: boolean;
  /** By when something is due: a day alone means its end. */
  readonly deadline?: boolean;
  /** All choices when they came from the tenant, otherwise only those that every tenant has. */
  readonly choices: readonly Choice[];
  /** Name of the picklist field that decides which choices are valid. */
  readonly parentField: string | null;
}

export interface EntityMetadata {
  readonly entity: Entity;
  /** Whether `fields` come from the tenant; otherwise from the snapshot. */
  readonly live: boolean;
  readonly fields: readonly FieldMetadata[];
  /** A built-in field, compared without case as Autotask does. */
  field(name: string): FieldMetadata | undefined;
  /** User-defined fields; asks the tenant on first use. */
  udfs(signal?: AbortSignal): Promise<readonly FieldMetadata[]>;
  /** Whether the operator's policy hides a field of this name; hidden fields are in none of these lists. */
  hides(name: string): boolean;
  /** Built-in fields that exist and are hidden. */
  readonly hidden: readonly string[];
  /** Built-in or user-defined. */
  find(name: string, signal?: AbortSignal): Promise<FieldMetadata | undefined>;
}

function fromSnapshot(entity: Entity, field: Field): FieldMetadata {
  const { picklistValues, ...rest } = field;
  const choices = (picklistValues ?? []).map((choice, index) => ({
    ...choice,
    sortOrder: index,
    isActive: true,
    isDefaultValue: false,
    parentValue: '',
  }));
  return {
    ...rest,
    label: null,
    udf: false,
    day: isDayField(entity.name, field.name),
    deadline: entity.deadlines.includes(field.name),
    choices,
    parentField: null,
  };
}

/** Older zones name fields like their classes, `QueueID`; records spell the same name with a small letter. */
const wireName = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);

/** `known`: what the snapshot says; it is corrected where the metadata of tenants does not flag a reference. */
function fromTenant(entity: Entity, field: LiveField, udf: boolean, known?: Field): FieldMetadata {
  const pointsTo = field.isPickList ? null : (known?.referenceEntityType ?? null);
  return {
    name: udf ? field.name : (known?.name ?? wireName(field.name)),
    // A tenant calls it `byte`; its values are base64 text.
    dataType: /^byte$/i.test(field.dataType) ? 'byte[]' : field.dataType.toLowerCase(),
    length: field.length > 0 ? field.length : null,
    isRequired: field.isRequired,
    isReadOnly: field.isReadOnly,
    isQueryable: field.isQueryable,
    isReference: field.isReference,
    referenceEntityType: field.referenceEntityType ?? pointsTo,
    isPickList: field.isPickList,
    label: field.label,
    udf,
    // Dates of user-defined fields have no time in Autotask.
    day: udf ? field.dataType === 'datetime' : isDayField(entity.name, known?.name ?? wireName(field.name)),
    deadline: !udf && entity.deadlines.includes(known?.name ?? wireName(field.name)),
    choices: field.picklistValues ?? [],
    parentField: field.picklistParentValueField === null ? null : wireName(field.picklistParentValueField),
  };
}

/** The name of a field as answers show it, in one line and without anything that ends a name. */
export const titleOf = ({ name, shownAs = name }: Pick<FieldMetadata, 'name' | 'shownAs'>): string => shownAs;

/** Failures of a metadata call after which the snapshot is still good enough to go on with. */
const survivable = new Set(['permission', 'notFound', 'unexpected', 'unavailable']);

/** `reader` null: the snapshot alone, for a server without credentials. */
export function createMetadataStore(reader: AutotaskReader | null, policy: Policy) {
  const known = new WeakMap<readonly LiveField[], EntityMetadata>();

  function build(entity: Entity, all: readonly FieldMetadata[], live: boolean): EntityMetadata {
    const hides = (name: string) => policy.masks(entity, name);
    const shown = ({ name, label, udf }: FieldMetadata) =>
      !policy.masks(entity, name, udf) && !(label !== null && policy.masks(entity, label, udf));
    const fields = all.filter(shown);
    const byName = new Map(fields.map((field) => [field.name.toLowerCase(), field]));
    const builtIn = new Set(all.map(({ name }) => name.toLowerCase()));
    /** Whoever names a field must not be able to pass it for a field of Autotask's, or for a whole line. */
    const titled = (udf: FieldMetadata): FieldMetadata => {
      const title = nameText(udf.name);
      const shownAs = builtIn.has(title.toLowerCase()) ? `udf:${title}` : title;
      return shownAs === udf.name ? udf : { ...udf, shownAs };
    };
    const udfs = async (signal?: AbortSignal): Promise<readonly FieldMetadata[]> => {
      if (reader === null || !entity.userDefinedFields) return [];
      const rows = await reader.userDefinedFields(metadataPath(entity), signal ? { signal } : {});
      policy.requireUdfs(
        entity,
        rows.flatMap(({ name, label }) => (label === null ? [name] : [name, label])),
      );
      return rows.map((row) => titled(fromTenant(entity, row, true))).filter(shown);
    };
    const field = (name: string) => byName.get(name.toLowerCase());
    return {
      entity,
      live,
      fields,
      field,
      udfs,
      hides,
      hidden: all.filter((candidate) => !shown(candidate)).map(({ name }) => name),
      find: async (name, signal) => {
        const builtIn = field(name);
        if (builtIn !== undefined) return builtIn;
        const [found, ...others] = udfsNamed(name, await udfs(signal));
        if (found !== undefined || others.length > 0) return others.length === 0 ? found : undefined;
        const [meant, ...more] = fieldsOf(name, field);
        return more.length === 0 ? meant : undefined;
      },
    };
  }

  /** What the snapshot knows, when that is all that these fields need: in every tenant they are the same. */
  async function withoutTenant(
    entity: Entity,
    names: readonly string[],
  ): Promise<EntityMetadata | undefined> {
    const fields = (await load[entity.name]?.fields()) ?? [];
    const byName = new Map(fields.map((field) => [field.name.toLowerCase(), field]));
    const suffices = names.every((name) => {
      const field = byName.get(name.toLowerCase());
      return field?.isPickList === false && !policy.masks(entity, field.name);
    });
    if (!suffices) return undefined;
    return build(
      entity,
      fields.map((field) => fromSnapshot(entity, field)),
      false,
    );
  }

  /** `only`: a read concerns these fields and no others; without it, or for a write, the tenant is asked. */
  return async function facts(
    entity: Entity,
    signal?: AbortSignal,
    only?: readonly string[],
  ): Promise<EntityMetadata> {
    policy.require('read', entity);
    markMetadataUsed(entity);
    const plain = only === undefined ? undefined : await withoutTenant(entity, only);
    if (plain !== undefined) return plain;
    if (reader !== null) {
      try {
        const live = await reader.fields(metadataPath(entity), signal ? { signal } : {});
        const cached = known.get(live);
        if (cached?.entity === entity) return cached;
        const snapshot = new Map(
          ((await load[entity.name]?.fields()) ?? []).map((field) => [field.name.toLowerCase(), field]),
        );
        const built = build(
          entity,
          live.map((field) => fromTenant(entity, field, false, snapshot.get(field.name.toLowerCase()))),
          true,
        );
        known.set(live, built);
        return built;
      } catch (error) {
        if (!(error instanceof AutotaskError && survivable.has(error.kind))) throw error;
      }
    }
    const fields = (await load[entity.name]?.fields()) ?? [];
    return build(
      entity,
      fields.map((field) => fromSnapshot(entity, field)),
      false,
    );
  };
}

export type MetadataStore = ReturnType<typeof createMetadataStore>;

/** The fields that people mean by a word that is the name of none; several are asked back. */
const fieldsOf = (word: string, field: EntityMetadata['field']): readonly FieldMetadata[] => [
  ...new Set(fieldSynonyms(word).flatMap((name) => field(name) ?? [])),
];

/** User-defined fields by name, label or what answers call them; several where the spelling fits more than one. */
function udfsNamed(name: string, udfs: readonly FieldMetadata[]): readonly FieldMetadata[] {
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
