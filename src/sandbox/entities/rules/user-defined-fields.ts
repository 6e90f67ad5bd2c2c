import { udfTypes } from '../metadata/udf.js';
import { numberIn, referred } from '../write/pending-record.js';
import type { Rules } from './rule.js';

/** Most user-defined fields by udfType. */
const mostUdfs: Readonly<Record<string, number>> = {
  Companies: 200,
  CompanySiteConfigurations: 500,
  Contacts: 100,
  Contracts: 50,
  ConfigurationItems: 500,
  Opportunities: 200,
  Projects: 200,
  Products: 200,
  SalesOrders: 100,
  Subscriptions: 100,
  Tasks: 100,
  Tickets: 300,
};

export const userDefinedFieldDefinitions: Rules = {
  prepare: (pending) => {
    if (pending.mode === 'create') pending.values.isActive ??= true;
  },
  check: async (pending) => {
    const udfType = numberIn(pending, 'udfType');
    const entity = Object.keys(udfTypes).find((name) => udfTypes[name] === udfType);
    if (entity === undefined) return;
    const siblings = (await pending.tenant.table('UserDefinedFieldDefinitions')).rows.filter(
      (row) => row.udfType === udfType && row.id !== pending.before?.id,
    );
    const name = String(pending.values.name ?? '');
    if (siblings.some((row) => String(row.name).toLowerCase() === name.toLowerCase())) {
      pending.errors.push(
        `A UserDefinedFieldDefinition already exists with Name [${name}]. UserDefinedFieldDefinition names must be unique.`,
      );
    }
    const limit = mostUdfs[entity];
    if (pending.mode === 'create' && limit !== undefined && siblings.length >= limit) {
      pending.errors.push(`No more than ${limit} user-defined fields are allowed for ${entity}.`);
    }
  },
};

export const userDefinedFieldListItems: Rules = {
  prepare: (pending) => {
    if (pending.mode === 'create') pending.values.isActive ??= true;
  },
  check: async (pending) => {
    const udf = await referred(pending, 'udfFieldId');
    if (udf !== undefined && udf.dataType !== 3) {
      pending.errors.push('List items can only be added to a user-defined field that is a list.');
    }
  },
};
