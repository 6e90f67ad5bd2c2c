import type { Credentials } from '../../src/sandbox/types.js';
import { openClient, type TestClient } from '../support/client.js';
import { program } from '../support/tenant.js';
import { isHelpful, outputProblems, type Tally } from './tally.js';

/** While a call runs, a ping must be answered within this. */
const stallMs = 2_000;
const longestCallMs = 60_000;

export interface Answer {
  readonly text: string;
  readonly isError: boolean;
}

export interface Attacked {
  readonly client: TestClient;
  readonly pid: number | null;
  readonly tools: readonly { readonly name: string; readonly args: readonly string[] }[];
  /** Calls a tool, checks what comes back, and answers the text. */
  call(area: string, name: string, args: Record<string, unknown>): Promise<Answer>;
  /** The same for another request of the protocol; a refusal is text as well. */
  ask(area: string, shown: string, request: () => Promise<Answer>): Promise<Answer>;
  close(): Promise<void>;
}

const within = <T>(work: Promise<T>, ms: number): Promise<T | 'late'> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
};

/** The built program over stdio, with every answer and everything on stderr looked at. */
export async function startAttacked(
  tally: Tally,
  credentials: Credentials,
  env: Record<string, string>,
  human?: (question: string) => void,
): Promise<Attacked> {
  let area = 'start';
  let dead = false;
  const client = await openClient(
    {
      command: process.execPath,
      args: [program],
      env: { PATH: process.env.PATH ?? '', AUTOTASK_CACHE_DIR: 'none', LOG_LEVEL: 'debug', ...env },
      onStderr: (text) => {
        for (const problem of outputProblems(text, credentials))
          tally.violation(area, `the log ${problem}`, '');
      },
    },
    human === undefined
      ? {}
      : {
          human: (question) => {
            human(question);
            return { action: 'accept', content: { confirm: false } };
          },
        },
  );
  client.onClose(() => {
    dead = true;
  });
  const listed = await client.listTools();
  const tools = listed.tools.map(({ name, inputSchema }) => ({
    name,
    args: Object.keys(inputSchema.properties ?? {}),
  }));

  async function ask(where: string, shown: string, request: () => Promise<Answer>): Promise<Answer> {
    area = where;
    tally.input(where);
    if (dead) throw new Error(`the program is gone, after ${where}`);
    const answer = request().catch((error: unknown) => ({ text: String(error), isError: true }));
    if ((await within(answer, 1_000)) === 'late') {
      const ping = await within(
        client.ping().catch(() => undefined),
        stallMs,
      );
      if (ping === 'late') tally.violation(where, 'stalls', shown);
    }
    const { text, isError } = await answer;
    if (dead) tally.violation(where, 'crashes', shown);
    if (isError && /Request timed out/i.test(text)) tally.violation(where, 'never answers', shown);
    for (const problem of outputProblems(text, credentials)) {
      tally.violation(where, problem, `${shown.slice(0, 150)} -> ${text}`);
    }
    if (isError && !isHelpful(text))
      tally.violation(where, 'refuses without a reason', `${shown} -> ${text}`);
    return { text, isError };
  }
  const call = (where: string, name: string, args: Record<string, unknown>) =>
    ask(where, `${name} ${JSON.stringify(args)}`, async () => {
      const { content, isError } = await client.callTool(
        { name, arguments: args },
        { timeout: longestCallMs },
      );
      const text = content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
      return { text, isError: isError === true };
    });
  return { client, pid: client.pid, tools, call, ask, close: () => client.close() };
}
