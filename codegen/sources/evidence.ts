import type { DataType, Operation } from '../../src/model.js';

/**
 * What one source says about the API, in the project's own words. Everything that a source does not say is
 * absent, so that merging can never mistake silence for `false`.
 */
export interface Evidence {
  /** Key under `sources` in provenance.json. */
  readonly tag: string;
  readonly kind: SourceKind;
  /** One sentence for provenance.json: what was read. */
  readonly what: string;
  /** Whether an entity, field, route or verb that it does not list does not exist. */
  readonly complete: boolean;
  readonly entities: readonly EntityEvidence[];
  /** What the reader could not place; shown in the change report. */
  readonly notes: readonly string[];
}

export type SourceKind = 'swagger' | 'live';

export interface EntityEvidence {
  readonly name: string;
  readonly singular?: string;
  readonly routes?: RouteEvidence;
  readonly userDefinedFields?: boolean;
  /** All fields the source lists; absent when it lists none for this entity. */
  readonly fields?: readonly FieldEvidence[];
}

export interface RouteEvidence {
  readonly path: string | null;
  readonly operations: readonly Operation[];
  readonly parents: readonly ParentEvidence[];
}

export interface ParentEvidence {
  readonly path: string;
  readonly operations: readonly Operation[];
  readonly httpMethods?: Readonly<Partial<Record<Operation, string>>>;
}

export interface FieldEvidence {
  readonly name: string;
  /** The types that the source's word can mean, most likely first: a swagger's int64 is a long or an integer. */
  readonly dataTypes?: readonly DataType[];
  readonly length?: number;
  readonly isRequired?: boolean;
  readonly isReadOnly?: boolean;
  readonly isQueryable?: boolean;
  readonly isReference?: boolean;
  readonly referenceEntityType?: string;
  readonly isPickList?: boolean;
}

/** The flags that sources tell, in the order of a snapshot file. */
export const flags = [
  'length',
  'isRequired',
  'isReadOnly',
  'isQueryable',
  'isReference',
  'referenceEntityType',
  'isPickList',
] as const;
