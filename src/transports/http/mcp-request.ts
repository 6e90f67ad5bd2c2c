import type { Redact } from '../../redact.js';
import type { McpServer } from '../../server/index.js';
import type { BodySummary } from './body-summary.js';

/** One request to `/mcp` whose caller and tenant are known. */
export interface McpRequest {
  /** Who may use a session that this request opens: this caller, for this tenant, with these rights. */
  readonly owner: string;
  /** What was sent, as JSON; undefined and null when the request has no body. */
  readonly body: unknown;
  readonly outline: BodySummary | null;
  server(): McpServer;
  /** Takes the secrets of this server and of the tenant out of a text. */
  readonly redact: Redact;
  /** Calls when the answer is written or its reader gone. */
  closed(then: (abandoned: boolean) => void): void;
  /** Keeps the tenant open beyond the answer, until the function it answers is called. */
  keepTenant(): () => void;
}
