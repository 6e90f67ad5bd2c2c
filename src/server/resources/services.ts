import type { ServerContext } from '@modelcontextprotocol/server';
import type { CacheHints } from '../cache-hints.js';
import type { Answer } from '../dispatch/dispatch.js';
import type { TenantServices } from '../tenant-services.js';

/** What resources, prompts and suggestions need of the server that offers them. */
export interface ResourceServices {
  /** Whether a tool is offered; resources of a tool that is not are not offered either. */
  has(tool: string): boolean;
  call(name: string, args: Record<string, unknown>, request: Request): Promise<Answer>;
  context(): Promise<TenantServices['context']>;
  readonly hints: CacheHints;
  /** Runs work that a shutdown waits for. */
  counted<T>(work: () => Promise<T>): Promise<T>;
}

/** What is known of the request that reads a resource. */
export type Request = ServerContext;
