import type { ServerContext } from '@modelcontextprotocol/server';
import type { CacheHints } from '../cache-hints.js';
import type { CallResult } from '../dispatch/dispatch.js';
import type { TenantServices } from '../tenant-services.js';

/** What resources, prompts and suggestions need of the server that offers them. */
export interface ResourceServices {
  /** Whether a tool is offered; resources of a tool that is not are not offered either. */
  offersTool(tool: string): boolean;
  call(name: string, args: Record<string, unknown>, request: RequestContext): Promise<CallResult>;
  context(): Promise<TenantServices['context']>;
  readonly hints: CacheHints;
  /** Whether whoever asks shows pages as views. */
  showsViews(request: RequestContext): boolean;
  /** Runs work that a shutdown waits for. */
  countRunning<T>(work: () => Promise<T>): Promise<T>;
}

/** What is known of the request that reads a resource. */
export type RequestContext = ServerContext;
