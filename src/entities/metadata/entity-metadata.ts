import type { Entity, Field } from '../../model.js';

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

/** The name of a field as answers show it, in one line and without anything that ends a name. */
export const titleOf = ({ name, shownAs = name }: Pick<FieldMetadata, 'name' | 'shownAs'>): string => shownAs;
