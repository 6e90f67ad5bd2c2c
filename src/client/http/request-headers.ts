import type { Credentials } from '../../identity/credentials.js';
import type { ApiRequest } from '../pipeline/request.js';

/** The headers of every request to Autotask besides those of HTTP itself. */
export function requestHeaders(credentials: Credentials, request: ApiRequest): Record<string, string> {
  const headers: Record<string, string> = {
    ApiIntegrationCode: credentials.integrationCode,
    UserName: credentials.userName,
    Secret: credentials.secret,
    'Content-Type': 'application/json',
  };
  if (request.impersonationResourceId !== undefined) {
    headers.ImpersonationResourceId = String(request.impersonationResourceId);
  }
  return headers;
}
