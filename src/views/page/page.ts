import type { ViewData } from '../../view-data.js';
import type { Formats } from './format.js';
import { type Host, membersOf, type ToolResult } from './host.js';

/** What every view has at hand. */
export interface Page {
  readonly host: Host;
  readonly formats: Formats;
  /** Of the reader, as far as it is known: for dates, numbers and orders. */
  readonly language: string | undefined;
  readonly collator: Intl.Collator;
  /** Arguments of a call whose answer does not say them: those that the host told last. */
  readonly toldArgs: () => Readonly<Record<string, unknown>>;
  /** What the answer holds for views alone. */
  readonly meta: unknown;
  /** Says to everybody, screen readers included, what just happened. */
  readonly announce: (text: string, tone?: 'info' | 'danger' | 'success') => void;
  /** Shows another answer in the place of this one. */
  readonly show: (result: ToolResult) => void;
  /** Until the work is done nothing takes the place of what is shown, and what it says then is not called cancelled. */
  readonly keepUntil: (work: Promise<void>) => void;
}

/** What the tool that answered is called with to be called again. */
export const argsOf = ({ args }: ViewData, page: Page): Readonly<Record<string, unknown>> =>
  args === null ? page.toldArgs() : membersOf(JSON.parse(args));

const names: ReadonlySet<unknown> = new Set([
  'list',
  'groups',
  'ticket',
  'preview',
] satisfies ViewData['view'][]);

/** Whether it is what this page can show; hosts hand on what the server answered. */
export function isViewData(value: unknown): value is ViewData {
  return (
    typeof value === 'object' && value !== null && 'view' in value && names.has(value.view) && 'tool' in value
  );
}

export const failure = (error: unknown): string => (error instanceof Error ? error.message : String(error));
