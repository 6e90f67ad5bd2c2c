import type { Behaviour } from './behaviour.js';
import type { FaultRule } from './http/faults.js';
import type { LimitOptions } from './http/limits.js';
import type { Row } from './store/value.js';

export interface Credentials {
  readonly userName: string;
  readonly secret: string;
  readonly integrationCode: string;
}

export interface TenantOptions {
  /** Made up when absent; the user name must be unique within the sandbox. */
  readonly credentials?: Credentials;
  /** The same seed gives the same data. */
  readonly seed?: number;
  /** 1 is a small provider, 100 a large one. */
  readonly scale?: number;
  /** The day on which the seeded data ends; the current day when absent. Pin it to compare whole answers. */
  readonly today?: Date;
  readonly limits?: LimitOptions;
  /** Changes the records of an entity when they are made, in place, for data that no seed has. */
  readonly reshape?: Readonly<Record<string, (rows: Row[]) => void>>;
}

export interface SandboxOptions extends TenantOptions {
  /** 0 takes a free port. Always on 127.0.0.1. */
  readonly port?: number;
  /** Milliseconds added to every answer. */
  readonly latency?: number;
  /** Answers where real tenants or sources differ; the default is the stricter one. */
  readonly behaviour?: Partial<Behaviour>;
  /** Several tenants with separate data; one when absent. What a tenant leaves out comes from the sandbox. */
  readonly tenants?: readonly TenantOptions[];
}

/** A request that reached the tenant, for tests and for people who watch their integration. */
export interface RecordedRequest {
  readonly method: string;
  /** Decoded path below the API's base, e.g. `V1.0/Tickets/query`. */
  readonly path: string;
  readonly search: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON; undefined when there was none. */
  readonly body: unknown;
}

export type Permission = 'create' | 'query' | 'update' | 'delete';

export interface TenantHandle {
  /** Base URL of the API without version, e.g. `http://127.0.0.1:41234/ATServicesRest/`. */
  readonly apiUrl: string;
  readonly credentials: Credentials;
  /** Takes rights on an entity from the API user; all rights when none are named. */
  deny(entity: string, permissions?: readonly Permission[]): void;
  allow(entity: string): void;
  /** Moves the tenant to another zone: the old URL answers 401 from now on, zone discovery tells the new one. */
  moveZone(): void;
}

/** A running sandbox; as a handle it is its first tenant. */
export interface Sandbox extends TenantHandle {
  /** Base URL for zone discovery, e.g. `http://127.0.0.1:41234/`. */
  readonly url: string;
  readonly tenants: readonly TenantHandle[];
  addTenant(options?: TenantOptions): TenantHandle;
  /** Makes requests go wrong. */
  readonly faults: {
    add(rule: FaultRule): () => void;
    clear(): void;
  };
  /** The latest 10,000 requests of all tenants, oldest first. */
  readonly requests: readonly RecordedRequest[];
  clearRequests(): void;
  close(): Promise<void>;
}
