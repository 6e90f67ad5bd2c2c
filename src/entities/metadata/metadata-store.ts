import { load } from '../../../generated/load.js';
import type { AutotaskReader, LiveField } from '../../client/types.js';
import { AutotaskError } from '../../errors.js';
import type { Entity } from '../../model.js';
import { named } from '../../names/match.js';
import type { Policy } from '../../policy/index.js';
import { nameText } from '../../text.js';
import type { EntityMetadata, FieldMetadata } from './entity-metadata.js';
import { fromSnapshot, fromTenant } from './field-metadata.js';
import { markMetadataUsed, metadataPath } from './stale-metadata.js';
import { fieldsOf, udfsNamed } from './unknown-field.js';

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
        // In another spacing or normalisation, as a UDF may be given.
        const [same] = named(name, fields, (one) => one.name, 'stored');
        if (same !== undefined) return same;
        const [meant, ...more] = fieldsOf(name, entity, field);
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
