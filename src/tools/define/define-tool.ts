import * as z from 'zod';
import type { AutotaskReader } from '../../client/types.js';
import type { AggregateResult } from '../../entities/aggregate/index.js';
import type { Entities } from '../../entities/index.js';
import type { CallContext, ListResult, RecordResult } from '../../entities/result.js';
import type { Receipt, RecordedWrite } from '../../entities/write/outcomes/receipt.js';
import type { AnyPlan, WriteResult } from '../../entities/write/plan.js';
import { InvalidArguments } from '../../errors.js';
import { type Bounds, findViolation, readBounds, writeBounds } from '../../limits/argument-bounds.js';
import { didYouMean } from '../../names/nearest.js';
import type { Content } from '../files/file-content.js';
import { type RenamedArgument, renamedArguments, resolveAliases } from './argument-aliases.js';
import { flag } from './shared-inputs.js';
import type { TicketTimeline } from './ticket-timeline.js';

/** What a tool may use. No HTTP, no protocol. */
export interface ToolContext extends CallContext {
  readonly entities: Entities;
  readonly server: ServerInfo;
  /** Earlier writes of the caller, where they can be asked for. */
  readonly receipts?: ReceiptBook;
  /** Ticket status codes that count as closed. */
  readonly closedStatusIds: readonly number[];
  /** Files on this machine that may be attached; null where there are none, always over HTTP. */
  readonly files: LocalFiles | null;
  /** Arguments that the caller gave by another word. */
  readonly renamed?: readonly RenamedArgument[];
}

/** What was written before, by receipt. */
export interface ReceiptBook {
  /** Throws `notFound` for a receipt that is not there, and for those of others. */
  find(name: string): Promise<Receipt>;
  /** Records that a write of which nobody knew how it ended was made, as the tenant tells. */
  recordMade(receipt: Receipt, write: RecordedWrite, id: number): Promise<void>;
}

/** A folder from which files may be read, and nothing outside of it. */
export interface LocalFiles {
  /** A regular file of at most so many bytes, by its path in the folder. Throws InvalidInput. */
  read(path: string, mostBytes: number): Promise<{ readonly name: string; readonly bytes: Buffer }>;
}

export interface ServerInfo {
  readonly name: string;
  readonly version: string;
  readonly mode: 'live' | 'demo';
  readonly readOnly: boolean;
}

/** What a tool answers; the server turns it into text or JSON. */
export type Result =
  | { readonly kind: 'list'; readonly list: ListResult }
  | { readonly kind: 'record'; readonly record: RecordResult }
  | { readonly kind: 'groups'; readonly groups: AggregateResult }
  | { readonly kind: 'write'; readonly write: WriteResult }
  | { readonly kind: 'file'; readonly file: FileResult }
  /** A record with short lists of what belongs to it. */
  | {
      readonly kind: 'account';
      readonly record: RecordResult;
      readonly lists: readonly { readonly title: string; readonly list: ListResult }[];
      /** What is said of all of it, a line each: `on this ticket: 2 TicketNotes`. */
      readonly facts: readonly string[];
      readonly notes: readonly string[];
    }
  /** Facts of this server and of Autotask's metadata; `labels` are lines with words of the tenant in them. */
  | {
      readonly kind: 'facts';
      readonly lines: readonly string[];
      readonly labels?: readonly string[];
      readonly json: unknown;
      /** The same, where it is about one ticket. */
      readonly timeline?: TicketTimeline;
    };

/** A file of the tenant. The server decides how much of it goes out, and in which form. */
export interface FileResult {
  /** Says which file it is: `TicketAttachments 17001001 of Tickets 101730`. */
  readonly title: string;
  readonly id: number;
  readonly name: string;
  /** What Autotask knows about it, a line each. */
  readonly lines: readonly string[];
  /** Null where there is nothing to hand out; `lines` say why. */
  readonly content: Content | null;
  /** Characters of a text to leave out at its beginning. */
  readonly offset: number;
}

/** The four hints of the protocol are always given, because an absent hint means the worst. */
export interface Annotations {
  readonly readOnlyHint: boolean;
  readonly destructiveHint: boolean;
  readonly idempotentHint: boolean;
  readonly openWorldHint: boolean;
}

interface Declaration<Shape extends z.ZodRawShape> {
  /** Kebab-case, at most 64 characters. */
  readonly name: string;
  readonly title: string;
  /** Purpose first, then when to use it. */
  readonly description: string;
  readonly input: Shape;
  /** Why an argument that callers may know from elsewhere does not exist here, or what does instead. */
  readonly absent?: (name: string) => string | undefined;
}

/** Unknown arguments are refused with the name that was probably meant: a mistyped filter must not vanish. */
function strictInput<Shape extends z.ZodRawShape>(
  shape: Shape,
  absent: (name: string) => string | undefined = () => undefined,
) {
  const names = Object.keys(shape);
  const problem = (key: string) => {
    const why = absent(key);
    return `${key} is not an argument${why === undefined ? '' : `: ${why}`}.${didYouMean(key, names)} Valid: ${names.join(', ')}.`;
  };
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? issue.keys.map(problem).join(' ') : undefined),
  });
}

export type Arguments<Shape extends z.ZodRawShape> = z.infer<ReturnType<typeof strictInput<Shape>>>;

/** Arguments that were read: what is left to do with them, or what is wrong with them. */
export type Accepted<Work> = { readonly work: Work } | { readonly error: z.ZodError };

interface ToolBase {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly annotations: Annotations;
  readonly input: z.ZodType;
  /** Arguments as the tool means them: under its own names, without those that hold nothing. Throws InvalidArguments. */
  take(args: unknown): unknown;
  /** Arguments that were given by another word than the tool's own. */
  renamed(args: unknown): readonly RenamedArgument[];
}

export interface ReadTool extends ToolBase {
  readonly mutates: false;
  /** Checks arguments that were taken. */
  accept(args: unknown): Accepted<(context: ToolContext) => Promise<Result>>;
}

export interface WriteTool extends ToolBase {
  readonly mutates: true;
  /** The value of `confirm` that lets the write happen. */
  readonly confirmToken: string;
  /** `plan` validates, routes and describes the write; only the plan's `execute` makes it. */
  accept(args: unknown): Accepted<{
    readonly confirm: string | undefined;
    /** Whether a record is wanted although an equal one was made a short time ago. */
    readonly again: boolean;
    plan(context: ToolContext): Promise<AnyPlan>;
  }>;
}

export type Tool = ReadTool | WriteTool;

const optional = z.instanceof(z.ZodOptional);

/** What every tool takes arguments by. `keeps` are those of which null and empty text are values: they empty a field. */
function argumentReader(tool: string, shape: z.ZodRawShape, bounds: Bounds, keeps: readonly string[] = []) {
  const names = Object.keys(shape);
  const droppable = new Set(
    names.filter((name) => !keeps.includes(name) && optional.safeParse(shape[name]).success),
  );
  const options = { names, tool, optional: (name: string) => droppable.has(name) };
  return {
    take: (args: unknown): unknown => {
      const problem = findViolation(args, '', bounds);
      if (problem !== undefined) throw new InvalidArguments(`${tool} was not run.`, [problem]);
      return resolveAliases(args, options);
    },
    renamed: (args: unknown) => renamedArguments(args, options),
  };
}

/** A tool that reads. `openWorld`: whether it asks Autotask at all. */
export function defineReadTool<Shape extends z.ZodRawShape>(
  tool: Declaration<Shape> & {
    readonly openWorld: boolean;
    run(args: Arguments<Shape>, context: ToolContext): Promise<Result>;
  },
): ReadTool {
  const { openWorld, run, ...declaration } = tool;
  const input = strictInput(tool.input, tool.absent);
  return {
    ...declaration,
    mutates: false,
    ...argumentReader(tool.name, tool.input, readBounds),
    annotations: {
      readOnlyHint: true,
      destructiveHint: false,
      idempotentHint: true,
      openWorldHint: openWorld,
    },
    input,
    accept: (args) => {
      const parsed = input.safeParse(args);
      return parsed.success ? { work: (context) => run(parsed.data, context) } : { error: parsed.error };
    },
  };
}

export const confirmToken = (name: string): string => name.toUpperCase().replaceAll('-', '_');

const again = flag();
const confirmation = z.looseObject({ confirm: z.string().optional(), again: again.optional() });

/**
 * A tool that writes. It can only be declared with a plan, so that the gate always stands between what was
 * checked and the write.
 */
export function defineWriteTool<Shape extends z.ZodRawShape>(
  tool: Declaration<Shape> & {
    readonly destructive: boolean;
    readonly idempotent: boolean;
    /** Whether it makes new records, of which an equal one may be there already. */
    readonly creates?: boolean;
    /** Arguments that are stored, and emptied by null or an empty text. */
    readonly empties?: readonly string[];
    plan(args: Arguments<Shape>, context: ToolContext): Promise<AnyPlan>;
  },
): WriteTool {
  const { destructive, idempotent, creates = false, empties = [], plan, ...declaration } = tool;
  const token = confirmToken(tool.name);
  const confirm = z.string().optional().describe(`${token} to write, else a preview`);
  const own = strictInput(tool.input, tool.absent);
  const shape = { ...tool.input, ...(creates ? { again: again.optional() } : {}), confirm };
  return {
    ...declaration,
    mutates: true,
    ...argumentReader(tool.name, shape, writeBounds, empties),
    annotations: {
      readOnlyHint: false,
      destructiveHint: destructive,
      idempotentHint: idempotent,
      openWorldHint: true,
    },
    input: strictInput(shape),
    confirmToken: token,
    accept: (args) => {
      const gate = confirmation.safeParse(args ?? {});
      if (!gate.success) return { error: gate.error };
      const { confirm: given, again: repeated, ...rest } = gate.data;
      const parsed = own.safeParse(creates || repeated === undefined ? rest : { ...rest, again: repeated });
      if (!parsed.success) return { error: parsed.error };
      const isWanted = repeated === true;
      return { work: { confirm: given, again: isWanted, plan: (context) => plan(parsed.data, context) } };
    },
  };
}

/** The reader of the tenant, for the few tools that ask about the tenant itself. */
export const readerOf = (context: ToolContext): AutotaskReader => context.entities.tenant().reader;
