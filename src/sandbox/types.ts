export interface SandboxOptions {
  /** 0 takes a free port. Always on 127.0.0.1. */
  readonly port?: number;
  /** The same seed gives the same data. */
  readonly seed?: number;
  /** 1 is a small provider, 100 a large one. */
  readonly scale?: number;
  /** Milliseconds added to every answer. */
  readonly latency?: number;
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

export interface Sandbox {
  /** Base URL for zone discovery, e.g. `http://127.0.0.1:41234/`. */
  readonly url: string;
  /** Base URL of the API without version, e.g. `http://127.0.0.1:41234/ATServicesRest/`. */
  readonly apiUrl: string;
  readonly credentials: {
    readonly userName: string;
    readonly secret: string;
    readonly integrationCode: string;
  };
  readonly requests: readonly RecordedRequest[];
  clearRequests(): void;
  close(): Promise<void>;
}
