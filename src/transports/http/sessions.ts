import { randomUUID } from 'node:crypto';
import {
  type McpHandlerRequestOptions,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import type { McpRequest } from './mcp-request.js';
import { Refusal } from './refusal.js';
import type { Limits } from './settings.js';

interface Session {
  readonly transport: WebStandardStreamableHTTPServerTransport;
  /** Whose it is: nobody else may use it, whoever knows its id. */
  readonly owner: string;
  /** Answers and streams that are being written. */
  open: number;
  usedAt: number;
  end(): Promise<void>;
}

const unknown = () => new Refusal(404, 'Session not found: initialize a new one.', {}, -32001);

export interface Sessions {
  /** Serves a request within its session; opens one for `initialize`. */
  serve(request: Request, mcpRequest: McpRequest, message: McpHandlerRequestOptions): Promise<Response>;
  readonly open: number;
  close(): Promise<void>;
}

/**
 * Sessions of clients of 2025 that ask for them; later revisions have none. They live in this process: replicas
 * need a balancer that sends a session to the same one.
 */
export function createSessions({
  sessions: maxSessions,
  sessionIdleMs,
}: Pick<Limits, 'sessions' | 'sessionIdleMs'>): Sessions {
  const sessions = new Map<string, Session>();

  /** Those that nobody waits for, the longest unused first. */
  const idle = () =>
    [...sessions.values()].filter(({ open }) => open === 0).sort((a, b) => a.usedAt - b.usedAt);
  const endAll = async (list: readonly Session[]) => {
    await Promise.allSettled(list.map((session) => session.end()));
  };
  const sweep = () => endAll(idle().filter(({ usedAt }) => usedAt <= Date.now() - sessionIdleMs));
  const timer = setInterval(() => void sweep(), Math.max(500, Math.min(60_000, sessionIdleMs / 2))).unref();

  /**
   * Requests of a call whose caller hung up are cancelled. Answers are not kept for anybody to come back for, so
   * whatever is still running would be work for nobody.
   */
  const use = (session: Session, { closed, outline: summary }: McpRequest) => {
    session.open += 1;
    session.usedAt = Date.now();
    closed((abandoned) => {
      session.open -= 1;
      session.usedAt = Date.now();
      for (const requestId of abandoned ? (summary?.requestIds ?? []) : []) {
        const params = { requestId, reason: 'the caller closed the connection' };
        session.transport.onmessage?.({ jsonrpc: '2.0', method: 'notifications/cancelled', params });
      }
    });
  };

  async function openSession({ owner, server, keepTenant }: McpRequest): Promise<Session> {
    if (sessions.size >= maxSessions) await endAll(idle().slice(0, 1));
    if (sessions.size >= maxSessions) {
      throw new Refusal(503, 'This server is at its limit of sessions; try again later.', {
        'Retry-After': '5',
      });
    }
    const id = randomUUID();
    const mcp = server();
    const transport = new WebStandardStreamableHTTPServerTransport({ sessionIdGenerator: () => id });
    const session: Session = { transport, owner, open: 0, usedAt: Date.now(), end: () => mcp.server.close() };
    await mcp.server.connect(transport);
    const releaseTenant = keepTenant();
    mcp.server.onclose = () => {
      if (sessions.delete(id)) releaseTenant();
    };
    sessions.set(id, session);
    return session;
  }

  return {
    async serve(request, mcpRequest, message) {
      const id = request.headers.get('mcp-session-id');
      let session: Session;
      if (id === null && mcpRequest.outline?.initializes === true) session = await openSession(mcpRequest);
      else {
        if (id === null) throw new Refusal(400, 'Mcp-Session-Id is required: initialize a session first.');
        const known = sessions.get(id);
        if (known === undefined || known.owner !== mcpRequest.owner) throw unknown();
        session = known;
      }
      use(session, mcpRequest);
      const response = await session.transport.handleRequest(request, message);
      // Whoever was refused holds no id to come back with.
      if (id === null && response.status >= 400) await session.end();
      return response;
    },
    get open() {
      return sessions.size;
    },
    async close() {
      clearInterval(timer);
      await endAll([...sessions.values()]);
    },
  };
}
