import type { AutotaskReader, FilterNode, Row, Search } from '../../client/types.js';
import type { Entity } from '../../model.js';
import { scopeFor } from '../companies/company-scope.js';
import { maskErrors } from '../masking/mask-errors.js';
import type { Policy } from '../policy.js';
import { refuseMasked, requireAllowed, udfs } from './checks.js';
import { createChoicesOfRecords } from './choices-of-records.js';
import { limitToCompanies } from './company-reader.js';

function checkFilter(policy: Policy, entity: Entity, nodes: readonly FilterNode[]): void {
  for (const { field, items, udf = false } of nodes) {
    if (field !== undefined && policy.masks(entity, field, udf)) refuseMasked(entity, field);
    if (items !== undefined) checkFilter(policy, entity, items);
  }
}

/** A record without the fields that the policy hides. */
export function masked(policy: Policy, entity: Entity, row: Row): Row {
  if (!policy.masksAny(entity)) return row;
  const visible = Object.entries(row).filter(([name]) => !policy.masks(entity, name, false));
  return Object.fromEntries(
    visible.map(([name, value]) => {
      const list = name === 'userDefinedFields' ? udfs.safeParse(value) : undefined;
      if (list?.success !== true) return [name, value];
      return [name, list.data.filter((field) => !policy.masks(entity, field.name, true))];
    }),
  );
}

/**
 * A reader that cannot be used against the policy, whoever holds it. The object it answers has no method
 * that writes, also when the reader it stands on could.
 */
export function guardReader(unlimited: AutotaskReader, policy: Policy): AutotaskReader {
  const scope = scopeFor(unlimited, policy.companies.read);
  const reader = scope === null ? unlimited : limitToCompanies(unlimited, scope);
  const choicesOf = createChoicesOfRecords(policy);
  const withoutMaskedFields = (entity: Entity, search: Search): Search => {
    checkFilter(policy, entity, search.filter);
    if (search.includeFields === undefined) return search;
    // A user-defined field that is asked for by name is taken out of the answer.
    const shown = search.includeFields.filter((field) => !policy.masks(entity, field, false));
    return { ...search, includeFields: shown };
  };
  return {
    async query(path, search, options) {
      const entity = requireAllowed(policy, 'read', path);
      const narrowed = withoutMaskedFields(entity, search);
      const { rows, more } = await maskErrors(policy, entity, () => reader.query(path, narrowed, options));
      return { rows: rows.map((row) => masked(policy, entity, row)), more };
    },
    async *pages(path, search, options) {
      const entity = requireAllowed(policy, 'read', path);
      const pages = reader.pages(path, withoutMaskedFields(entity, search), options);
      try {
        for (;;) {
          const page = await maskErrors(policy, entity, () => pages.next());
          if (page.done === true) return;
          yield page.value.map((row) => masked(policy, entity, row));
        }
      } finally {
        await pages.return();
      }
    },
    async list(path, options) {
      const entity = requireAllowed(policy, 'read', path);
      const { rows, more } = await maskErrors(policy, entity, () => reader.list(path, options));
      return { rows: rows.map((row) => masked(policy, entity, row)), more };
    },
    async count(path, filter, options) {
      const entity = requireAllowed(policy, 'read', path);
      checkFilter(policy, entity, filter);
      return maskErrors(policy, entity, () => reader.count(path, filter, options));
    },
    async item(path, options) {
      const entity = requireAllowed(policy, 'read', path);
      const row = await maskErrors(policy, entity, () => reader.item(path, options));
      return row === null ? null : masked(policy, entity, row);
    },
    async entityInformation(path, options) {
      requireAllowed(policy, 'read', path);
      return reader.entityInformation(path, options);
    },
    async fields(path, options) {
      requireAllowed(policy, 'read', path);
      return choicesOf(await reader.fields(path, options));
    },
    async userDefinedFields(path, options) {
      requireAllowed(policy, 'read', path);
      return reader.userDefinedFields(path, options);
    },
    threshold: (options) => reader.threshold(options),
    version: (options) => reader.version(options),
    zone: (options) => reader.zone(options),
    requestsSent: () => reader.requestsSent(),
    now: () => reader.now(),
    longestMs: reader.longestMs,
  };
}
