/**
 * The far side of the bridge to the program that shows this page: JSON-RPC over `postMessage`, as MCP Apps
 * (2026-01-26) describe it. The package's own client is left out because it alone is 650 kB; its types and its
 * bridge hold this one to the protocol (test/views).
 */

export interface HostContext {
  readonly theme?: string;
  readonly locale?: string;
  readonly displayMode?: string;
  readonly styles?: { readonly variables?: Readonly<Record<string, string | undefined>> };
}

export interface ToolResult {
  readonly text: string;
  readonly isError: boolean;
  readonly structuredContent: unknown;
  readonly meta: unknown;
  readonly images: readonly { readonly data: string; readonly mimeType: string }[];
}

interface Capabilities {
  readonly openLinks: boolean;
  readonly downloadFile: boolean;
  readonly updateModelContext: boolean;
  readonly message: boolean;
  readonly callTools: boolean;
}

type Members = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const membersOf = (value: unknown): Members => (isObject(value) ? value : {});

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function contextOf(value: unknown): HostContext {
  const { theme, locale, displayMode, styles } = membersOf(value);
  const variables = Object.entries(membersOf(membersOf(styles).variables)).flatMap(([name, text]) =>
    typeof text === 'string' ? [[name, text] as const] : [],
  );
  return {
    ...(typeof theme === 'string' ? { theme } : {}),
    ...(typeof locale === 'string' ? { locale } : {}),
    ...(typeof displayMode === 'string' ? { displayMode } : {}),
    styles: { variables: Object.fromEntries(variables) },
  };
}

export function toolResultOf(value: unknown): ToolResult {
  const { content, isError, structuredContent, _meta } = membersOf(value);
  const blocks: unknown[] = Array.isArray(content) ? content : [];
  const parts = blocks.map(membersOf);
  return {
    text: parts.flatMap(({ type, text }) => (type === 'text' ? [textOf(text)] : [])).join('\n'),
    isError: isError === true,
    structuredContent,
    meta: _meta,
    images: parts.flatMap(({ type, data, mimeType }) =>
      type === 'image' ? [{ data: textOf(data), mimeType: textOf(mimeType) }] : [],
    ),
  };
}

export interface HostEvents {
  toolInput(args: Members): void;
  toolResult(result: ToolResult): void;
  toolCancelled(): void;
  context(context: HostContext): void;
  /** The page is about to be taken away: resolves when that loses nothing. */
  teardown(): Promise<void>;
}

export interface Host {
  readonly can: Capabilities;
  callTool(name: string, args: Members): Promise<ToolResult>;
  openLink(url: string): Promise<void>;
  /** `blob` is base64. */
  download(name: string, mimeType: string, content: { text: string } | { blob: string }): Promise<boolean>;
  /** Tells the model what happened, where the host lets views do so. */
  tellModel(text: string): Promise<void>;
  /** How high the page is, in pixels. */
  resized(height: number): void;
}

const protocolVersion = '2026-01-26';

/** Opens the bridge. Rejects when the host refuses; resolves when it has told what it can do. */
export async function connectHost(events: HostEvents): Promise<{ host: Host; context: HostContext }> {
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let lastId = 0;
  const send = (message: Members) => window.parent.postMessage({ jsonrpc: '2.0', ...message }, '*');
  const notify = (method: string, params: Members = {}) => send({ method, params });
  const request = (method: string, params: Members): Promise<unknown> => {
    lastId += 1;
    const id = lastId;
    const answer = new Promise<unknown>((resolve, reject) => waiting.set(id, { resolve, reject }));
    send({ id, method, params });
    return answer;
  };

  let context: HostContext = {};
  const notified: Readonly<Record<string, (params: Members) => void>> = {
    'ui/notifications/tool-input': (params) => events.toolInput(membersOf(params.arguments)),
    'ui/notifications/tool-result': (params) => events.toolResult(toolResultOf(params)),
    'ui/notifications/tool-cancelled': () => events.toolCancelled(),
    'ui/notifications/host-context-changed': (params) => {
      const { styles, ...changed } = contextOf(params);
      const hasStyles = Object.keys(styles?.variables ?? {}).length > 0;
      context = { ...context, ...changed, ...(hasStyles && styles !== undefined ? { styles } : {}) };
      events.context(context);
    },
  };

  window.addEventListener('message', ({ source, data }: MessageEvent<unknown>) => {
    if (source !== window.parent) return;
    const { jsonrpc, id, method, params, result, error } = membersOf(data);
    if (jsonrpc !== '2.0') return;
    if (typeof method === 'string') {
      if (id === undefined) notified[method]?.(membersOf(params));
      else if (method === 'ping') send({ id, result: {} });
      else if (method === 'ui/resource-teardown') void events.teardown().then(() => send({ id, result: {} }));
      else send({ id, error: { code: -32601, message: `There is no method ${method} here.` } });
      return;
    }
    if (typeof id !== 'number') return;
    const pending = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) pending?.resolve(result);
    else pending?.reject(new Error(textOf(membersOf(error).message) || 'The host refused.'));
  });

  const greeting = membersOf(
    await request('ui/initialize', {
      appInfo: { name: 'autotask-mcp', version: '1' },
      appCapabilities: { availableDisplayModes: ['inline', 'fullscreen'] },
      protocolVersion,
    }),
  );
  const capabilities = membersOf(greeting.hostCapabilities);
  const has = (name: string) => isObject(capabilities[name]);
  const can = {
    openLinks: has('openLinks'),
    downloadFile: has('downloadFile'),
    updateModelContext: has('updateModelContext'),
    message: has('message'),
    callTools: has('serverTools'),
  };
  context = contextOf(greeting.hostContext);
  notify('ui/notifications/initialized');

  return {
    context,
    host: {
      can,
      callTool: async (name, args) => toolResultOf(await request('tools/call', { name, arguments: args })),
      openLink: async (url) => {
        await request('ui/open-link', { url });
      },
      download: async (name, mimeType, content) => {
        const resource = { uri: `file:///${encodeURIComponent(name)}`, mimeType, ...content };
        const answer = await request('ui/download-file', { contents: [{ type: 'resource', resource }] });
        return membersOf(answer).isError !== true;
      },
      tellModel: async (text) => {
        const content = [{ type: 'text', text }];
        if (can.updateModelContext) await request('ui/update-model-context', { content });
        else if (can.message) await request('ui/message', { role: 'user', content });
      },
      resized: (height) => notify('ui/notifications/size-changed', { height }),
    },
  };
}
