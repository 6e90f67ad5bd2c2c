/**
 * Autotask's filter operators in the exact spelling it takes; groups (`and`, `or`) are not among them.
 * Anything else it drops without a word and answers every row.
 */
export const operators = [
  'eq',
  'noteq',
  'gt',
  'gte',
  'lt',
  'lte',
  'beginsWith',
  'endsWith',
  'contains',
  'exist',
  'notExist',
  'in',
  'notIn',
] as const;

export type Operator = (typeof operators)[number];

/** How many OR conditions a query may have; Autotask counts each value of an `in` as one. */
export const mostOrConditions = 500;
