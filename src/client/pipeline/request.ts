import { AutotaskError } from '../../errors.js';

/** One request as the rest of the client speaks about it, before zone and credentials are known. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Path below `V1.0`, or the absolute address of a further page. */
  readonly path: string;
  readonly body?: string;
  /** A write is sent once and never repeated. */
  readonly write: boolean;
  /** On a read Autotask answers this header with an error. */
  readonly impersonationResourceId?: number;
}

/** What came back over HTTP, unjudged. */
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

/** How a call is named in messages: method and path, without host and query string. */
export function requestName(call: ApiRequest): string {
  const path = call.path.replace(/^https?:\/\/.*?\/v1\.0\/+/i, '').replace(/\?.*$/s, '');
  return `${call.method} ${path}`;
}
