import { AutotaskError } from '../../errors.js';

/** One request as the rest of the client passes it on, before zone and credentials are known. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Path below `V1.0`, or the absolute address of a further page. */
  readonly path: string;
  /** Path below `V1.0` of the first page, where this asks for a further one. */
  readonly firstPath?: string;
  readonly body?: string;
  /** A write is sent once and never repeated. */
  readonly write: boolean;
  /** On a read Autotask answers this header with an error. */
  readonly impersonationResourceId?: number;
  /** Rejects where it must not be sent any more. */
  readonly beforeSending?: () => Promise<void>;
}

/** What came back over HTTP, not yet classified. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
}

/** Refuses a path that could leave the API, e.g. through `..` or a query string inside an id. */
export function checkPath(path: string): void {
  if (/^[A-Za-z0-9_]+(\/[A-Za-z0-9_-]+)*$/.test(path)) return;
  throw new AutotaskError('invalid', `"${path}" is not a path of the Autotask API.`, {
    next: 'Give an entity and ids without any other characters, e.g. Tickets/42/Notes.',
  });
}

/** What Autotask's thread limit counts by: the first path segment, whatever its case. */
export function endpointOf(path: string): string {
  const relative = path.replace(/^https?:\/\/.*?\/v1\.0\/+/i, '');
  return (relative.split(/[/?]/, 1)[0] ?? '').toLowerCase();
}

/** How a request is named in messages: method and path, without host and query string. */
export function requestName(request: ApiRequest): string {
  const path = request.path.replace(/^https?:\/\/.*?\/v1\.0\/+/i, '').replace(/\?.*$/s, '');
  return `${request.method} ${path}`;
}
