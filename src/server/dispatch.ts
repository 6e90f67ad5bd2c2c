import { z } from 'zod';
import type { AutotaskWriter } from '../client/types.js';
import { AutotaskError, InvalidInput } from '../errors.js';
import type { Tool, ToolContext } from '../tools/define.js';
import { form } from '../tools/inputs.js';
import { errorText, type Format, previewText, resultText } from './shape.js';

export interface Answer {
  readonly text: string;
  readonly isError: boolean;
}

/** What a call carries besides its arguments. */
export type CallExtras = Pick<ToolContext, 'signal' | 'progress'>;

export interface DispatchSettings {
  readonly tools: readonly Tool[];
  readonly context: Omit<ToolContext, 'signal' | 'progress'>;
  /** Null in read-only mode: then there is nothing that could write. */
  readonly writer: AutotaskWriter | null;
}

const formArguments = z.looseObject(form);

function badArguments(tool: Tool, error: z.ZodError): InvalidInput {
  const problems = error.issues.map((issue) => ({
    field: issue.path.join('.') || 'arguments',
    problem: issue.code === 'invalid_type' && issue.input === undefined ? 'is required' : issue.message,
  }));
  return new InvalidInput(`${tool.name} was not run.`, problems);
}

/** Anything that is not ours is a defect of this server: its text stays in the log, which redacts. */
function asAutotaskError(error: unknown): AutotaskError {
  if (error instanceof AutotaskError) return error;
  return new AutotaskError('unexpected', 'This server failed in an unforeseen way; its log says more.', {
    cause: error,
  });
}

/**
 * The one way from a call to an answer: reads the arguments, gates writes, runs, shapes and catches.
 * A write happens here and nowhere else, after the plan was made and its token was given.
 */
export function createDispatch({ tools, context, writer }: DispatchSettings) {
  const byName = new Map(tools.map((tool) => [tool.name, tool]));

  async function run(tool: Tool, args: unknown, extras: CallExtras): Promise<string> {
    // A form that is not right is refused by the tool's own schema, with everything else.
    const { data: asked } = formArguments.safeParse(args ?? {});
    const format: Format = asked?.format ?? 'text';
    const full: ToolContext = { ...context, ...extras, timeZone: asked?.timeZone ?? context.timeZone };
    if (!tool.mutates) {
      const accepted = tool.accept(args ?? {});
      if ('error' in accepted) throw badArguments(tool, accepted.error);
      return resultText(await accepted.work(full), format);
    }
    const accepted = tool.accept(args ?? {});
    if ('error' in accepted) throw badArguments(tool, accepted.error);
    const { confirm, plan } = accepted.work;
    const planned = await plan(full);
    if (confirm !== tool.confirmToken) return previewText(planned, tool.confirmToken, confirm);
    if (writer === null) {
      throw new AutotaskError('notAllowed', 'This server is read-only. Nothing was written.');
    }
    return resultText({ kind: 'write', write: await planned.execute(writer) }, format);
  }

  return {
    has: (name: string): boolean => byName.has(name),
    names: (): string[] => [...byName.keys()],
    async call(
      name: string,
      args: unknown,
      extras: CallExtras,
      onDefect: (error: unknown) => void,
    ): Promise<Answer> {
      const tool = byName.get(name);
      if (tool === undefined) throw new AutotaskError('invalid', `There is no tool ${name}.`);
      try {
        return { text: await run(tool, args, extras), isError: false };
      } catch (error) {
        if (!(error instanceof AutotaskError)) onDefect(error);
        return { text: errorText(asAutotaskError(error)), isError: true };
      }
    },
  };
}
