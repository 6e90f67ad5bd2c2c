/** An answer before it is put on the wire. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function json(body: unknown, status = 200): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(body),
  };
}

export function errors(texts: readonly string[], status = 500): Reply {
  return json({ errors: texts }, status);
}

export function html(status: number, title: string, text: string): Reply {
  return {
    status,
    headers: { 'content-type': 'text/html' },
    body: `<!DOCTYPE html>\r\n<html><head><title>${title}</title></head><body><h1>${title}</h1><p>${text}</p></body></html>\r\n`,
  };
}

/** What the web server in front of the API says when no route matches. */
export function noRoute(): Reply {
  return html(
    404,
    '404 - File or directory not found.',
    'The resource you are looking for might have been removed, had its name changed, or is temporarily unavailable.',
  );
}

/** The route exists, the verb does not. The key is `Message`, not `errors`. */
export function wrongMethod(method: string, allowed: readonly string[]): Reply {
  const reply = json(
    { Message: `The requested resource does not support http method '${method.toUpperCase()}'.` },
    405,
  );
  return { ...reply, headers: { ...reply.headers, allow: allowed.join(', ') } };
}

/** Wrong secret, locked user and wrong zone look the same: no body at all. */
export function unauthorized(host: string): Reply {
  return {
    status: 401,
    headers: { 'www-authenticate': `Basic Realm="${host}"`, 'content-length': '0' },
    body: '',
  };
}
