import type { Behaviour } from '../behaviour.js';
import type { Tenant } from '../store/tenant.js';
import type { RecordedRequest } from '../types.js';
import type { Faults } from './faults.js';

export interface HostSettings {
  readonly tenants: Tenant[];
  readonly behaviour: Behaviour;
  readonly faults: Faults;
  readonly latency: number;
  readonly log: RecordedRequest[];
}

/** A request as it came in, whole. */
export interface Incoming {
  readonly method: string;
  readonly path: string;
  /** Raw query string with its question mark. */
  readonly search: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bodyText: string;
  /** `http://127.0.0.1:41234/` */
  readonly origin: string;
}
