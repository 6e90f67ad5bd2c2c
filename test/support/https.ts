import { request } from 'node:https';

export interface Posted {
  readonly status: number;
  readonly text: string;
}

/** Posts to a server of this machine that has a certificate of the given authority for the given name. */
export const httpsPoster =
  ({ port, ca, name }: { port: number; ca: Buffer; name: string }) =>
  (
    body: string,
    { path = '/mcp', headers = {} }: { path?: string; headers?: Record<string, string> } = {},
  ): Promise<Posted> =>
    new Promise((resolve, reject) => {
      const sent = request(
        {
          host: 'localhost',
          port,
          path,
          ca,
          servername: name,
          method: 'POST',
          headers: {
            Host: name,
            'Content-Type': 'application/json',
            Accept: 'application/json, text/event-stream',
            ...headers,
          },
        },
        (response) => {
          let text = '';
          response.on('data', (chunk) => {
            text += String(chunk);
          });
          response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
