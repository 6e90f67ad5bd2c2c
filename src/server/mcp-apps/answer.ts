import * as z from 'zod';
import { consentKey, consentTool } from '../../view-data.js';
import type { CallResult } from '../dispatch/dispatch.js';

const consentArguments = z.object({
  tool: z.string(),
  arguments: z.record(z.string(), z.unknown()),
  token: z.string(),
});

/** The call that a person confirmed in a view, with the token of its preview; null for every other call. */
export function consentOf(name: string, args: unknown) {
  if (name !== consentTool) return null;
  const { data } = consentArguments.safeParse(args);
  return data === undefined ? null : { name: data.tool, args: data.arguments, token: data.token };
}

/** What of an answer is for views: its data, and, where a person decides, the token that a host shows to no model. */
export function viewMembers({ view, consent }: Pick<CallResult, 'view' | 'consent'>) {
  if (view === undefined) return {};
  return {
    structuredContent: { ...view },
    ...(consent === undefined ? {} : { _meta: { [consentKey]: consent } }),
  };
}
