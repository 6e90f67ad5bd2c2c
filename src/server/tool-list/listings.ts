import { tools, toolsWithFiles } from '../../tools/index.js';
import { prompts } from '../../tools/prompts-and-resources/prompts.js';
import { resources } from '../../tools/prompts-and-resources/resources.js';
import { type ListedTool, toolDefinition } from './tool-definition.js';

export interface Listings {
  readonly tools: readonly {
    readonly mutates: boolean;
    readonly listed: ListedTool;
    /** The same where files of this machine may be attached. */
    readonly withFiles: ListedTool;
  }[];
  readonly prompts: readonly {
    readonly name: string;
    readonly title: string;
    readonly description: string;
    readonly arguments: readonly {
      readonly name: string;
      readonly description: string;
      readonly required: boolean;
    }[];
  }[];
  readonly resources: readonly {
    readonly uri: string;
    readonly title: string;
    readonly description: string;
    /** The tool that reads it. */
    readonly tool: string;
  }[];
}

/**
 * Everything that a server lists. It is the same for every tenant and made of plain values, so the build
 * replaces this module by what it evaluates to (packaging/inline-as-json.mjs): a server that was started answers
 * its lists without having loaded a single tool.
 */
export const listings: Listings = {
  tools: tools.map((tool, at) => ({
    mutates: tool.mutates,
    listed: toolDefinition(tool),
    withFiles: toolDefinition(toolsWithFiles[at] ?? tool),
  })),
  prompts: prompts.map(({ name, title, description, args }) => ({
    name,
    title,
    description,
    arguments: args.map(({ complete: _, ...argument }) => argument),
  })),
  resources: resources.map(({ uri, title, description, tool }) => ({ uri, title, description, tool })),
};
