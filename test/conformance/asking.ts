import { createHmac } from 'node:crypto';
import {
  acceptedContent,
  CLIENT_CAPABILITIES_META_KEY,
  inputRequired,
  inputResponse,
  MissingRequiredClientCapabilityError,
  ProtocolError,
  ProtocolErrorCode,
} from '@modelcontextprotocol/server';
import * as z from 'zod';
import { type Call, type Fixture, form, plain, sample, text } from './fixture.js';

const named = z.object({ name: z.string() });
const ask = (message: string, field: string, type = 'string') =>
  form(message, { [field]: { type } }, [field]);

const sealOf = (value: string) => createHmac('sha256', 'fixtures').update(value).digest('hex');
const seal = (value: string) => `${value}.${sealOf(value)}`;

/** What the client carried back; refuses what was not given out like this. */
function opened({ context }: Call): string | undefined {
  const state = context.mcpReq.requestState<string>();
  if (state === undefined) return undefined;
  const [value = ''] = state.split('.');
  if (state !== seal(value)) {
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'requestState is not one of this server');
  }
  return value;
}

const responses = ({ context }: Call) => context.mcpReq.inputResponses;
const has = (call: Call, key: string) => inputResponse(responses(call), key).kind !== 'missing';
const declared = z.looseObject({
  [CLIENT_CAPABILITIES_META_KEY]: z.looseObject({
    sampling: z.unknown().optional(),
    elicitation: z.unknown().optional(),
  }),
});
const capabilities = ({ context }: Call) =>
  declared.safeParse(context.mcpReq.envelope).data?.[CLIENT_CAPABILITIES_META_KEY];

const steps = [
  ['step1', 'Step 1: What is your name?', 'name'],
  ['step2', 'Step 2: What is your favorite color?', 'color'],
] as const;

/** The tools of the suite that need something of the client before there is an answer. */
export const askingFixtures: readonly Fixture[] = [
  plain('test_input_required_result_elicitation', async (call) => {
    const answer = acceptedContent(responses(call), 'user_name', named);
    if (answer !== undefined) return text(`Hello, ${answer.name}!`);
    return inputRequired({ inputRequests: { user_name: ask('What is your name?', 'name') } });
  }),
  plain('test_input_required_result_sampling', async (call) => {
    if (has(call, 'capital_question')) return text('Answered.');
    return inputRequired({
      inputRequests: { capital_question: sample('What is the capital of France?', 100) },
    });
  }),
  plain('test_input_required_result_list_roots', async (call) => {
    const answer = inputResponse(responses(call), 'client_roots');
    if (answer.kind === 'roots') return text(answer.roots.map(({ uri }) => uri).join('\n'));
    return inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } });
  }),
  plain('test_input_required_result_request_state', async (call) => {
    if (opened(call) === 'asked' && has(call, 'confirm')) return text('state-ok');
    return inputRequired({
      inputRequests: { confirm: ask('Please confirm', 'ok', 'boolean') },
      requestState: seal('asked'),
    });
  }),
  plain('test_input_required_result_tampered_state', async (call) => {
    if (opened(call) === 'asked') return text('state-ok');
    return inputRequired({
      inputRequests: { confirm: ask('Please confirm', 'ok', 'boolean') },
      requestState: seal('asked'),
    });
  }),
  plain('test_input_required_result_multiple_inputs', async (call) => {
    const wanted = {
      user_name: ask('What is your name?', 'name'),
      greeting: sample('Generate a greeting', 50),
      client_roots: inputRequired.listRoots(),
    };
    if (Object.keys(wanted).every((key) => has(call, key)) && opened(call) === 'asked')
      return text('All there.');
    return inputRequired({ inputRequests: wanted, requestState: seal('asked') });
  }),
  plain('test_input_required_result_multi_round', async (call) => {
    const done = Number(opened(call) ?? 0);
    const answered = done > 0 && has(call, steps[done - 1]?.[0] ?? '') ? done : 0;
    const next = steps[answered];
    if (next === undefined) return text('All steps are done.');
    const [key, message, field] = next;
    return inputRequired({
      inputRequests: { [key]: ask(message, field) },
      requestState: seal(String(answered + 1)),
    });
  }),
  plain('test_input_required_result_capabilities', async (call) => {
    const { sampling, elicitation } = capabilities(call) ?? {};
    return inputRequired({
      inputRequests: {
        ...(sampling === undefined ? {} : { sampled: sample('Say something', 50) }),
        ...(elicitation === undefined ? {} : { asked: ask('What is your name?', 'name') }),
      },
      requestState: seal('asked'),
    });
  }),
  plain('test_missing_capability', async (call) => {
    if (capabilities(call)?.sampling !== undefined) return text('The client can sample.');
    throw new MissingRequiredClientCapabilityError({ requiredCapabilities: { sampling: {} } });
  }),
  plain('test_streaming_elicitation', async (call) => {
    if (has(call, 'user_name')) return text('Answered.');
    return inputRequired({ inputRequests: { user_name: ask('What is your name?', 'name') } });
  }),
  plain('test_logging_tool', async ({ context }) => {
    await context.mcpReq.log('info', 'Only for those who asked for it.');
    return text('Logged.');
  }),
];
