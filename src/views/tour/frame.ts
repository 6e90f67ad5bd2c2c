import { membersOf, textOf } from '../page/host.js';
import { failure } from '../page/page.js';

/** What a client shows a view with. */
export interface FrameOptions {
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly result: unknown;
  readonly theme: string;
  callTool(name: string, args: unknown): Promise<unknown>;
  /** A link that was pressed, a file that was saved, words for the model. */
  happened(what: 'link' | 'file' | 'model', text: string): void;
}

const firstOf = (value: unknown): unknown => (Array.isArray(value) ? value[0] : undefined);

/** Hands a file to the browser. */
function save(contents: unknown): string {
  const { uri, mimeType, text, blob } = membersOf(membersOf(firstOf(contents)).resource);
  const bytes =
    typeof blob === 'string' ? Uint8Array.from(atob(blob), (char) => char.codePointAt(0) ?? 0) : textOf(text);
  const name = decodeURIComponent(textOf(uri).replace(/^.*\//, ''));
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([bytes], { type: textOf(mimeType) }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
  return name;
}

/**
 * The near side of the bridge that `page/host.ts` is the far side of (MCP Apps, 2026-01-26). Answers how to take
 * the view away and how to change its theme.
 */
export function openFrame(frame: HTMLIFrameElement, options: FrameOptions) {
  const send = (message: Readonly<Record<string, unknown>>) =>
    frame.contentWindow?.postMessage({ jsonrpc: '2.0', ...message }, '*');
  const notify = (method: string, params: Readonly<Record<string, unknown>>) => send({ method, params });

  const requests: Readonly<Record<string, (params: Readonly<Record<string, unknown>>) => unknown>> = {
    'ui/initialize': () => ({
      protocolVersion: '2026-01-26',
      hostInfo: { name: 'autotask-mcp tour', version: '1' },
      hostCapabilities: {
        openLinks: {},
        downloadFile: {},
        serverTools: {},
        updateModelContext: { text: {} },
      },
      hostContext: {
        theme: options.theme,
        locale: navigator.language,
        displayMode: 'inline',
        platform: 'web',
      },
    }),
    'tools/call': ({ name, arguments: args }) => options.callTool(textOf(name), args),
    'ui/open-link': ({ url }) => {
      options.happened('link', textOf(url));
      return {};
    },
    'ui/download-file': ({ contents }) => {
      options.happened('file', save(contents));
      return {};
    },
    'ui/update-model-context': ({ content }) => {
      options.happened('model', textOf(membersOf(firstOf(content)).text));
      return {};
    },
  };

  async function answer(id: unknown, method: string, params: unknown): Promise<void> {
    const work = requests[method];
    if (work === undefined) {
      send({ id, error: { code: -32601, message: `There is no method ${method} here.` } });
      return;
    }
    try {
      send({ id, result: await work(membersOf(params)) });
    } catch (error) {
      send({ id, error: { code: -32603, message: failure(error) } });
    }
  }

  const onMessage = ({ source, data }: MessageEvent<unknown>) => {
    if (source !== frame.contentWindow) return;
    const { id, method, params } = membersOf(data);
    if (typeof method !== 'string') return;
    if (id !== undefined) void answer(id, method, params);
    else if (method === 'ui/notifications/initialized') {
      notify('ui/notifications/tool-input', { arguments: options.args });
      notify('ui/notifications/tool-result', membersOf(options.result));
    } else if (method === 'ui/notifications/size-changed') {
      const { height } = membersOf(params);
      if (typeof height === 'number') frame.style.height = `${height + 2}px`;
    }
  };
  window.addEventListener('message', onMessage);
  return {
    setTheme: (theme: string) => notify('ui/notifications/host-context-changed', { theme }),
    close: () => window.removeEventListener('message', onMessage),
  };
}
