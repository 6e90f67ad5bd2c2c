import { setMaxListeners } from 'node:events';
import * as z from 'zod';
import { queryForId } from '../../entities/filter/conditions/id-problem.js';
import { AutotaskError, InvalidArguments } from '../../errors.js';
import { withCallLimits } from '../../limits/call-usage.js';
import { didYouMean } from '../../names/nearest.js';
import type { Tool, ToolContext } from '../../tools/define/define-tool.js';
import { formatInput } from '../../tools/define/shared-inputs.js';
import { type CallMessage, inCallSpan } from '../../tracing/call-span.js';
import type { ViewData } from '../../view-data.js';
import type { Question } from '../confirmation/gate.js';
import { errorText, type Format, renderResult } from '../output/render.js';
import type { Reader, Rendered } from '../output/render-file.js';
import { type CallerContext, createWriteRunner, type WriteRules } from './run-write.js';

export interface CallResult extends Rendered {
  readonly isError: boolean;
  /** A person has to be asked before there is an answer. */
  readonly question?: Question;
  /** The same for a client that shows views, and what no model may see of it. */
  readonly view?: ViewData;
  readonly consent?: string;
}

/** What a call carries besides its arguments. */
export type CallExtras = Pick<ToolContext, 'signal' | 'progress'> &
  CallerContext & {
    /** What the call came with. */
    readonly message: CallMessage;
    /** How much of a file the caller takes. */
    readonly reader?: Reader;
  };

export interface DispatchSettings {
  readonly tools: readonly Tool[];
  readonly context: Omit<ToolContext, 'signal' | 'progress'>;
  readonly rules: WriteRules;
}

const givenArguments = z.record(z.string(), z.unknown());

const formArguments = z.looseObject(formatInput);

const asText: Readonly<Record<string, string>> = {
  string: 'text',
  boolean: 'true or false',
  record: 'an object',
};

/** The value that an issue is about; undefined where it is absent. */
function valueAt(args: unknown, path: readonly PropertyKey[]): unknown {
  let value = args;
  for (const key of path) {
    const list: readonly unknown[] | null = Array.isArray(value) ? value : null;
    const object = givenArguments.safeParse(value);
    if (list === null && !object.success) return null;
    value = list === null ? object.data?.[String(key)] : list[Number(key)];
  }
  return value;
}

function badArguments(tool: Tool, error: z.ZodError, args: unknown): InvalidArguments {
  const problems = error.issues.map((issue) => {
    const field = issue.path.join('.') || 'arguments';
    const value = valueAt(args, issue.path);
    const allowed = issue.code === 'invalid_value' ? issue.values.map(String) : [];
    // An argument that is absent is missing, any other has the wrong form.
    if (issue.path.length > 0 && value === undefined) return { field, problem: 'is required', allowed };
    if (allowed.length > 0 && issue.message.startsWith('Invalid'))
      return { field, problem: `is none of its choices.${didYouMean(String(value), allowed)}`, allowed };
    const isDefaultMessage = issue.code === 'invalid_type' && issue.message.startsWith('Invalid input');
    const given = givenArguments.safeParse(args);
    const { entity, parentEntity } = given.success ? given.data : {};
    const query =
      given.success && ['id', 'parentId'].includes(field)
        ? queryForId(field === 'id' ? entity : parentEntity, given.data[field])
        : undefined;
    const problem = isDefaultMessage ? `must be ${asText[issue.expected] ?? issue.expected}` : issue.message;
    return { field, problem: query === undefined ? problem : `${problem}, ${query}` };
  });
  return new InvalidArguments(`${tool.name} was not run.`, problems);
}

/** Anything that is not ours is a defect of this server: its text stays in the log, which redacts. */
function asAutotaskError(error: unknown): AutotaskError {
  if (error instanceof AutotaskError) return error;
  return new AutotaskError('defect', 'This server failed in an unforeseen way; its log says more.', {
    cause: error,
  });
}

/**
 * The one way from a call to an answer: checks the arguments, has writes confirmed, runs the tool, renders its result and turns errors into answers.
 * A write happens here and nowhere else, after the plan was made and its token was given.
 */
export function createDispatch({ tools, context, rules }: DispatchSettings) {
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  const write = createWriteRunner(rules);

  async function run(tool: Tool, raw: unknown, extras: CallExtras): Promise<Omit<CallResult, 'isError'>> {
    const args = tool.take(raw ?? {});
    // A form that is not right is refused by the tool's own schema, with everything else.
    const { data: common } = formArguments.safeParse(args);
    const format: Format = common?.format ?? 'text';
    const {
      caller,
      person,
      reader,
      views = false,
      consent,
      unknownClient = false,
      message: _message,
      ...running
    } = extras;
    // Reads that are made at the same time all listen to it, and Node warns from the eleventh on.
    if (running.signal !== undefined) setMaxListeners(0, running.signal);
    const toolContext: ToolContext = {
      ...context,
      ...running,
      ...(caller === undefined ? {} : { caller }),
      timeZone: common?.timeZone ?? context.timeZone,
      renamed: tool.renamed(raw ?? {}),
    };
    const { timeZone } = toolContext;
    if (!tool.mutates) {
      const accepted = tool.accept(args);
      if ('error' in accepted) throw badArguments(tool, accepted.error, args);
      const result = await context.entities.withFreshMetadata(
        () => accepted.work(toolContext),
        toolContext.signal,
      );
      const rendered = await renderResult(result, format, reader, rules.redact);
      if (!views) return rendered;
      const { calledWith, resultView } = await import('../mcp-apps/index.js');
      const view = await resultView(result, toolContext);
      if (view === null) return rendered;
      return {
        ...rendered,
        view: { ...calledWith(tool.name, givenArguments.parse(args), timeZone), ...view },
      };
    }
    const accepted = tool.accept(args);
    if ('error' in accepted) throw badArguments(tool, accepted.error, args);
    const { confirm: _, ...given } = givenArguments.parse(args);
    const callerContext = {
      ...(caller === undefined ? {} : { caller }),
      ...(person === undefined ? {} : { person }),
      ...(consent === undefined ? {} : { consent }),
      unknownClient,
      views,
    };
    const { work } = accepted;
    // Only the plan, which reads: what was written is never done again.
    const plan = (running: ToolContext) =>
      context.entities.withFreshMetadata(() => work.plan(running), running.signal);
    const written = await write({ tool, args: given, ...work, plan }, toolContext, callerContext);
    if (!('text' in written)) return { text: '', blocks: [], question: written };
    const { text, held, nothing } = written;
    if (!views || (held === undefined && nothing === undefined)) return { text, blocks: [] };
    const { calledWith, nothingView, previewView } = await import('../mcp-apps/index.js');
    if (held === undefined) {
      const call = calledWith(tool.name, given, timeZone);
      return {
        text,
        blocks: [],
        ...(nothing === undefined ? {} : { view: { ...call, ...nothingView(nothing) } }),
      };
    }
    const { problem, token, forView = false, facts, adds = {} } = held;
    const view = await previewView(held.plan, { problem, facts, confirm: forView ? null : token });
    return {
      text,
      blocks: [],
      view: { ...calledWith(tool.name, { ...given, ...adds }, timeZone), ...view },
      ...(forView ? { consent: token } : {}),
    };
  }

  return {
    async call(
      name: string,
      args: unknown,
      extras: CallExtras,
      onDefect: (error: unknown) => void,
    ): Promise<CallResult> {
      const tool = byName.get(name);
      if (tool === undefined) throw new AutotaskError('invalid', `There is no tool ${name}.`);
      return inCallSpan(extras.message, name, rules.tenant, async (span) => {
        try {
          return { ...(await withCallLimits(() => run(tool, args, extras))), isError: false };
        } catch (error) {
          if (!(error instanceof AutotaskError)) onDefect(error);
          const told = asAutotaskError(error);
          span.failed(told.kind);
          return { text: errorText(told), blocks: [], isError: true };
        }
      });
    },
  };
}
