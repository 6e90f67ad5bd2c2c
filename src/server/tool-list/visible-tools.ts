import { InvalidInput } from '../../errors.js';
import type { Policy } from '../../policy/index.js';
import { listings } from './listings.js';
import type { ListedTool } from './tool-definition.js';

const writing = new Set(listings.tools.filter(({ mutates }) => mutates).map(({ listed }) => listed.name));

/** Whether it is the name of a tool that writes, offered here or not. */
export const isWritingTool = (name: string): boolean => writing.has(name);

/**
 * Which tools a client is shown; throws when the policy names tools that do not exist. `field` is what the
 * message calls the setting, `files` whether files of this machine may be attached.
 */
export function visibleTools(
  policy: Policy | undefined,
  readOnly: boolean,
  { field = 'disabledTools (AUTOTASK_DISABLED_TOOLS)', files = false } = {},
): { readonly tools: readonly ListedTool[]; readonly withheld: readonly string[] } {
  const unknownTools = policy?.unknownTools(listings.tools.map(({ listed }) => listed.name)) ?? [];
  if (unknownTools.length > 0) {
    throw new InvalidInput(
      'The configuration is not right.',
      unknownTools.map((problem) => ({ field, problem })),
    );
  }
  const isVisible = ({ mutates, listed }: (typeof listings.tools)[number]) =>
    !(readOnly && mutates) && (policy?.offersTool(listed.name) ?? true);
  return {
    tools: listings.tools.filter(isVisible).map(({ listed, withFiles }) => (files ? withFiles : listed)),
    withheld: listings.tools.filter((tool) => !isVisible(tool)).map(({ listed }) => listed.name),
  };
}
