import type { FilterNode, Row } from '../../../client/types.js';
import type { Problem } from '../../../errors.js';
import type { FieldMetadata } from '../../metadata/entity-metadata.js';
import type { PhoneNumber } from '../../values/phones.js';
import { Interpretation } from '../interpretation.js';
import { matchesUdfCondition } from '../match-text.js';

/** What comes to light while the conditions of one filter are checked, besides the conditions themselves. */
export class FilterFindings {
  readonly problems: Problem[] = [];
  readonly notes: string[] = [];
  /** Conditions that this server applies to the rows; see CheckedFilter. */
  readonly postFilters: ((row: Row) => boolean)[] = [];
  readonly postFilterFields: string[] = [];
  readonly interpretation = new Interpretation();
  /** Conditions on telephone numbers, of which Autotask can only compare a part. */
  readonly phoneConditions = new Map<FilterNode, { readonly field: string; readonly number: PhoneNumber }>();
  /** Ids that all found records have, by field. */
  readonly foundIds: Record<string, unknown> = {};
  private udfSent = false;

  addProblem(field: string, problem: string, allowed?: readonly string[]): undefined {
    this.problems.push(allowed === undefined ? { field, problem } : { field, problem, allowed });
    return undefined;
  }

  /** Marks a user-defined field; Autotask takes one in a query, so any further one is applied here. */
  withUdfMark(node: FilterNode, field: FieldMetadata, depth: number): FilterNode | undefined {
    if (!field.udf) return node;
    if (!this.udfSent) {
      this.udfSent = true;
      return { ...node, udf: true };
    }
    if (depth > 0) {
      return this.addProblem(
        field.name,
        'Autotask allows one user-defined field in a query; use the second one outside groups',
      );
    }
    this.postFilters.push((row) => matchesUdfCondition(row, node));
    this.postFilterFields.push(field.name);
    this.notes.push(
      `${field.name} was compared by this server: Autotask takes one user-defined field in a query`,
    );
    return undefined;
  }
}
