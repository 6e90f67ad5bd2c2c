/**
 * The vocabulary of the entity table: what a row of `generated/` says about an entity and its fields.
 * Names are those of Autotask's own metadata (`entityInformation`), `null` means unknown.
 */

/** What can be done with an entity on one route. `update` is PUT (replaces), `patch` is PATCH (merges). */
export type Operation = 'query' | 'count' | 'get' | 'create' | 'update' | 'patch' | 'delete';

export const operations = ['query', 'count', 'get', 'create', 'update', 'patch', 'delete'] as const;

/** Autotask's data types as the metadata spells them. */
export type DataType =
  | 'integer'
  | 'long'
  | 'short'
  | 'decimal'
  | 'double'
  | 'string'
  | 'datetime'
  | 'boolean'
  | 'byte[]';

export interface PicklistValue {
  /** Always a string in metadata, even where the record holds a number. */
  readonly value: string;
  readonly label: string;
}

export interface Field {
  readonly name: string;
  readonly dataType: DataType;
  /** Longest string that fits, in characters; null when unknown or not a string. */
  readonly length: number | null;
  readonly isRequired: boolean | null;
  /** Cannot be changed by an update; together with `isRequired` it is set on create and then fixed. */
  readonly isReadOnly: boolean | null;
  readonly isQueryable: boolean | null;
  readonly isReference: boolean | null;
  /**
   * Singular name of the entity this field points to. Set with `isReference: null` when only the name says so, and
   * with `isReference: false` where a correction knows it and the metadata of tenants does not flag it.
   */
  readonly referenceEntityType: string | null;
  readonly isPickList: boolean | null;
  /** Only the values that are the same in every tenant; a tenant has more. */
  readonly picklistValues: readonly PicklistValue[] | null;
}

/** A collection below another entity, the only place where most child entities can be written. */
export interface Parent {
  /** Entity whose id stands in the path. Not always a known entity (`ServiceLevelAgreements`). */
  readonly entity: string;
  /** Last path segment, often shorter than the entity's name (`Notes` for TicketNotes). */
  readonly collection: string;
  /** Path below `V1.0`, with `{parentId}`. */
  readonly path: string;
  /** Field of the child that holds the parent's id; null when none or unknown. */
  readonly parentField: string | null;
  readonly operations: readonly Operation[];
  /** Operations bound to an unusual HTTP method, e.g. approving time off is a GET. */
  readonly httpMethods?: Readonly<Partial<Record<Operation, string>>>;
}

export interface Entity {
  /** Collection name, e.g. `Tickets`. */
  readonly name: string;
  /** Autotask's internal singular name, e.g. `Ticket`; used in `referenceEntityType` and in error texts. */
  readonly singular: string;
  /** Path below `V1.0`; null when the entity lives only under a parent. */
  readonly path: string | null;
  readonly parents: readonly Parent[];
  /** What the root path allows; an operation that is not known to be forbidden is listed. */
  readonly operations: readonly Operation[];
  readonly createVia: 'root' | 'child' | 'both' | 'none';
  readonly userDefinedFields: boolean;
  /** Fields that name a record to a person (`ticketNumber`, `title`); empty when it has none. */
  readonly nameFields: readonly string[];
  /** Fields that a list shows when nobody asks for others, `id` first. */
  readonly summaryFields: readonly string[];
  /** Fields of which a query must compare one with an id, because Autotask refuses it otherwise; mostly empty. */
  readonly queryBy: readonly string[];
  /** Date by which people expect its lists, newest first; null for lists by id. */
  readonly naturalDate: string | null;
  /** Fields that say by when something is due: a day alone means its end. */
  readonly deadlines: readonly string[];
  readonly companyScope: CompanyScope;
}

/** A field that holds the id of a record of another entity, through which a record belongs to a company. */
export interface CompanyStep {
  readonly field: string;
  readonly entity: string;
}

/**
 * How a record belongs to a company: through the records that these fields name, all of those that hold something.
 * `shared`: it holds nothing of any company. `denied`: nobody knows which company it belongs to.
 */
export type CompanyScope = 'shared' | 'denied' | readonly CompanyStep[];
