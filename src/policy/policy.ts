import { AutotaskError } from '../errors.js';
import type { Entity } from '../model.js';
import { type CompanyList, companyListOf } from './companies/company-list.js';
import { createHourlyWriteLimit, type HourlyWriteLimit } from './hourly-write-limit.js';
import { hidesField, maskOf, udfMaskProblem } from './masking/masks.js';
import { glob, nameList, unmatched } from './masking/patterns.js';
import type { PolicySettings } from './settings.js';

/** What can be done to the records of an entity. */
export const actions = ['read', 'create', 'update', 'delete'] as const;
export type Action = (typeof actions)[number];
export const writeActions = ['create', 'update', 'delete'] as const;
export type WriteAction = (typeof writeActions)[number];

const verbs = { read: 'reading', create: 'creating', update: 'changing', delete: 'deleting' } as const;

/** Of which companies records may be read and written; all lists must name a company. Without a list, of all. */
export interface CompanyLimits {
  readonly read: readonly CompanyList[];
  /** Those of `read` among them: what cannot be read cannot be written either. */
  readonly write: readonly CompanyList[];
}

/** The one place that decides what this server may do with the tenant. Deny wins. */
export interface Policy {
  readonly settings: PolicySettings;
  readonly companies: CompanyLimits;
  may(action: Action, entity: Entity): boolean;
  /** Throws `notAllowed`, and says so, when the policy forbids it. */
  require(action: Action, entity: Entity): void;
  /**
   * Whether a field is hidden: never returned, accepted or filtered by. The id of a record never is.
   * `udf`: whether it is a user-defined one; undefined when that is not known.
   */
  masks(entity: Entity, field: string, udf?: boolean): boolean;
  /** Throws `configuration` when a mask names a user-defined field that is not among the tenant's own. */
  requireUdfs(entity: Entity, names: readonly string[]): void;
  masksAny(entity: Entity): boolean;
  /** Whether a text of Autotask names a hidden field, and so may tell its value. */
  mentionsMasked(entity: Entity, text: string): boolean;
  offersTool(name: string): boolean;
  /** Patterns of disabled tools that fit none of the names. */
  unknownTools(names: readonly string[]): string[];
  /** Whether what the customer sees may be written. */
  readonly customerVisibleNotes: boolean;
  readonly writeLimit: HourlyWriteLimit;
  /** Records that one call may write in this way. */
  maxRecordsPerCall(action: WriteAction): number;
}

const usualRecordsPerCall = 100;

const notOfCompanies = ': it is limited to some companies, and these records cannot be told to be theirs';

export function createPolicy(
  settings: PolicySettings = {},
  writeLimit: HourlyWriteLimit = createHourlyWriteLimit(settings.maxWritesPerHour ?? null),
): Policy {
  const lists = {
    read: nameList(settings.readEntities ?? []),
    write: nameList(settings.writeEntities ?? []),
    create: nameList(settings.createEntities ?? []),
    update: nameList(settings.updateEntities ?? []),
    delete: nameList(settings.deleteEntities ?? []),
  };
  const masks = (settings.maskFields ?? []).map(maskOf);
  const disabled = (settings.disabledTools ?? []).map((pattern) => glob(pattern));

  const companyList = (setting: CompanyList['setting']) => {
    const list = companyListOf(setting, settings[setting]);
    return list === null ? [] : [list];
  };
  const readCompanies = companyList('readCompanies');
  const companies = { read: readCompanies, write: [...readCompanies, ...companyList('writeCompanies')] };

  /**
   * Whether a limit to companies stands in the way: nobody knows whose the records are, or they are everybody's, or
   * the record would be a company itself, which is none of those that are named.
   */
  const outsideCompanies = (action: Action, { companyScope, singular }: Entity) => {
    if (action === 'read') return companies.read.length > 0 && companyScope === 'denied';
    if (companies.write.length === 0) return false;
    return typeof companyScope === 'string' || (action === 'create' && singular === 'Company');
  };

  const may = (action: Action, entity: Entity) => {
    const { name } = entity;
    if (!lists.read.allows(name) || outsideCompanies('read', entity)) return false;
    if (outsideCompanies(action, entity)) return false;
    // A write shows the record before and after, so what cannot be read cannot be written either.
    return action === 'read' || (lists.write.allows(name) && lists[action].allows(name));
  };
  return {
    settings,
    companies,
    may,
    require: (action, entity) => {
      if (may(action, entity)) return;
      throw new AutotaskError(
        'notAllowed',
        `The policy of this server does not allow ${verbs[action]} ${entity.name}${
          outsideCompanies('read', entity) || outsideCompanies(action, entity) ? notOfCompanies : ''
        }. Nothing was sent.`,
        { next: 'Only the operator of this server can change that (autotask-mcp policy shows it).' },
      );
    },
    masks: ({ name }, field, udf) =>
      field.toLowerCase() !== 'id' &&
      masks.some((mask) => mask.entity.test(name) && hidesField(mask, field, udf)),
    requireUdfs: ({ name }, known) => {
      const problem = udfMaskProblem(masks, name, known);
      if (problem === null) return;
      throw new AutotaskError('configuration', problem, {
        next: 'Ask the operator to correct AUTOTASK_MASK_FIELDS: until then nothing of it is shown.',
      });
    },
    mentionsMasked: ({ name }, text) =>
      masks.some((mask) => mask.entity.test(name) && mask.mention.test(text)),
    masksAny: ({ name }) => masks.some((mask) => mask.entity.test(name)),
    offersTool: (name) => !disabled.some((pattern) => pattern.test(name)),
    unknownTools: (names) => unmatched(settings.disabledTools ?? [], names, 'tool'),
    customerVisibleNotes: settings.customerVisibleNotes ?? false,
    writeLimit,
    maxRecordsPerCall: (action) => settings.maxRecordsPerCall?.[action] ?? usualRecordsPerCall,
  };
}
