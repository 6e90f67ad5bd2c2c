import type { Behaviour } from '../behaviour.js';
import type { Reply } from '../http/reply.js';
import type { Tenant } from '../store/tenant.js';

/** One authenticated request on its way to a handler. */
export interface Call {
  readonly tenant: Tenant;
  readonly behaviour: Behaviour;
  readonly method: string;
  /** The numbers in the path, in order. */
  readonly ids: readonly number[];
  readonly query: URLSearchParams;
  readonly bodyText: string;
  /** Parsed when first read; refuses text that is no JSON. */
  readonly body: () => unknown;
  readonly header: (name: string) => string | undefined;
  /** Absolute URL of the API with version, e.g. `http://127.0.0.1:41234/ATServicesRest/V1.0/`. */
  readonly base: string;
  /** Where further pages are said to be: the base, unless a fault says otherwise. */
  readonly pagingBase: string;
}

export type Handler = (call: Call) => Reply | Promise<Reply>;
