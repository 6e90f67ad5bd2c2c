/**
 * Where sources about Autotask disagree, or tenants differ. The default is the behaviour that is harder
 * on a client; docs/sandbox.md tells what speaks for which.
 */
export interface Behaviour {
  /** Operators that do not exist: the service drops the condition and so matches more. */
  readonly unknownOperator: 'drop' | 'refuse';
  /** `"filter": []`: refused, or taken as all rows. */
  readonly emptyFilter: 'refuse' | 'all';
  /** Whether `"true"` counts as true for a boolean field in a filter. */
  readonly stringBooleans: boolean;
  /** GET of a missing id: 200 with `{"item":null}`, or 404. */
  readonly missingRecord: '200' | '404';
  /** A wrong credential is always 401; some zones answered 500 for user name and integration code. */
  readonly wrongCredential: '401' | '500';
  /** Zone designator of datetimes in answers. */
  readonly dateSuffix: 'Z' | '';
  /** `userAccessFor…` in entityInformation: words, or 0 None, 1 All, 2 Restricted. */
  readonly accessFor: 'words' | 'numbers';
  /** How field metadata spells names, its own and those of the fields: older zones use Pascal case. */
  readonly metadataCasing: 'camel' | 'pascal';
  /** Single GET of an attachment: a list with one row, or one item. */
  readonly attachmentGet: 'items' | 'item';
  /** Whether a page must be asked for with the verb of its query. */
  readonly pagingVerb: 'same' | 'any';
  /** Whether the page of a POST query must be asked for with the query's body. */
  readonly pagingBody: 'same' | 'any';
  /** Whether attachment queries must name the record the files belong to. */
  readonly attachmentOwnerFilter: boolean;
  /** PATCH of a note without noteType and publish: refused, or fine. */
  readonly notePatch: 'strict' | 'relaxed';
  /** Whether tickets must carry start and stop times for time entries. */
  readonly timeEntryTimes: 'start and stop' | 'hours';
}

export const strict: Behaviour = {
  unknownOperator: 'drop',
  emptyFilter: 'refuse',
  stringBooleans: false,
  missingRecord: '200',
  wrongCredential: '401',
  dateSuffix: 'Z',
  accessFor: 'words',
  metadataCasing: 'camel',
  attachmentGet: 'items',
  pagingVerb: 'same',
  pagingBody: 'same',
  attachmentOwnerFilter: true,
  notePatch: 'relaxed',
  timeEntryTimes: 'hours',
};
