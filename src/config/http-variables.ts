import type { Variable } from './variable.js';

/** Variables of the HTTP transport and of signing in to it. */
export const httpVariableTable = [
  {
    name: 'AUTOTASK_TRANSPORT',
    group: 'http',
    meaning: '`http` serves HTTP, as `--http` does; `stdio` one client',
    default: 'stdio',
  },
  { name: 'AUTOTASK_HTTP_HOST', group: 'http', meaning: 'address to listen on', default: '127.0.0.1' },
  { name: 'PORT', group: 'http', meaning: 'port to listen on; 0 takes a free one', default: '3000' },
  {
    name: 'AUTOTASK_HTTP_TOKEN',
    group: 'http',
    meaning: 'bearer token of callers, at least 16 characters',
    secret: true,
    file: true,
  },
  {
    name: 'AUTOTASK_HTTP_TOKENS',
    group: 'http',
    meaning: 'several: lines of `name token [read-only] [policy=FILE]`',
    secret: true,
    file: true,
  },
  {
    name: 'AUTOTASK_HTTP_ALLOWED_HOSTS',
    group: 'http',
    meaning: 'host names under which it may be addressed, besides those of the loopback',
    default: '',
    unset: 'none',
  },
  {
    name: 'AUTOTASK_HTTP_ALLOWED_ORIGINS',
    group: 'http',
    meaning: 'origins of web pages that may call, e.g. `https://assistant.example.com`',
    default: '',
    unset: 'none',
  },
  {
    name: 'AUTOTASK_HTTP_SESSIONS',
    group: 'http',
    meaning: '`true` gives each client a session',
    default: 'false',
  },
  {
    name: 'AUTOTASK_HTTP_METRICS_PORT',
    group: 'http',
    meaning: 'port that serves `/metrics` without a token',
    unset: 'none',
  },
  {
    name: 'AUTOTASK_HTTP_AUTH',
    group: 'http',
    meaning: '`gateway`: whoever stands in front names the tenant; `token`, `oauth`: one tenant',
    default: 'token',
  },
  {
    name: 'AUTOTASK_HTTP_API_ORIGINS',
    group: 'http',
    meaning: "origins of APIs that a gateway may name besides Autotask's",
    default: '',
    unset: 'none',
  },
  {
    name: 'AUTOTASK_HTTP_PUBLIC_URL',
    group: 'oauth',
    meaning: 'address of `/mcp` as clients see it, e.g. `https://mcp.example.com/mcp`',
    unset: 'required for `oauth`',
  },
  {
    name: 'AUTOTASK_OAUTH_ISSUERS',
    group: 'oauth',
    meaning: 'issuers whose tokens are taken, as they stand in `iss`',
    unset: 'required for `oauth`',
  },
  {
    name: 'AUTOTASK_OAUTH_AUDIENCES',
    group: 'oauth',
    meaning: 'values of `aud` that mean this server, e.g. `api://autotask-mcp`',
    unset: 'the public address',
  },
  {
    name: 'AUTOTASK_OAUTH_TENANTS',
    group: 'oauth',
    meaning: 'values of `tid` that are let in (Entra ID)',
    unset: 'all',
  },
  {
    name: 'AUTOTASK_OAUTH_CLIENTS',
    group: 'oauth',
    meaning: 'client ids that are let in (`azp`, `client_id`, `cid` or `appid`)',
    unset: 'all',
  },
  {
    name: 'AUTOTASK_OAUTH_TOKEN_TYPES',
    group: 'oauth',
    meaning: 'values of `typ` that are let in, e.g. `at+jwt`',
    unset: '`at+jwt`, `JWT` or none',
  },
  {
    name: 'AUTOTASK_OAUTH_SCOPE_PREFIX',
    group: 'oauth',
    meaning: 'what stands before the names of scopes where clients ask for them, e.g. `api://autotask-mcp/`',
    unset: 'nothing',
  },
] as const satisfies readonly Variable[];
