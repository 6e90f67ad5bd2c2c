/** A program that shows views, as small as it can be, on the bridge of the package that other programs use. */

import type { CallToolResult } from '@modelcontextprotocol/client';
import { AppBridge, PostMessageTransport } from '@modelcontextprotocol/ext-apps/app-bridge';

export interface Mounted {
  readonly html: string;
  readonly tool: string;
  readonly args: Record<string, unknown>;
  readonly result: CallToolResult;
  readonly theme: 'light' | 'dark';
  readonly locale: string;
  readonly refuses: readonly string[];
  readonly lacks: readonly string[];
  readonly variables: Record<string, string>;
}

declare global {
  interface Window {
    mount(what: Mounted): Promise<void>;
    setTheme(theme: 'light' | 'dark'): void;
    /** Hands another answer to the view that is there. */
    answer(result: CallToolResult): Promise<void>;
    /** Says that its call was cancelled. */
    cancel(): Promise<void>;
    /** Asks whether the view may be taken away; resolves when it says so. */
    tearDown(): Promise<void>;
    callServer(name: string, args: Record<string, unknown>): Promise<CallToolResult>;
    seen(what: string, value: unknown): Promise<void>;
  }
}

let bridge: AppBridge | undefined;

window.answer = async (result) => bridge?.sendToolResult(result);

window.cancel = async () => bridge?.sendToolCancelled({ reason: 'The user cancelled it.' });

window.tearDown = async () => {
  await bridge?.teardownResource({});
};

window.setTheme = (theme) => bridge?.setHostContext({ theme });

window.mount = async ({ html, tool, args, result, theme, locale, refuses, lacks, variables }) => {
  await bridge?.close();
  document.querySelector('iframe')?.remove();
  const frame = document.createElement('iframe');
  frame.title = 'view';
  // Scripts alone: no origin, no forms, no windows, no way up.
  frame.setAttribute('sandbox', 'allow-scripts');
  const made = new AppBridge(
    null,
    { name: 'test-host', version: '1' },
    {
      ...(lacks.includes('openLinks') ? {} : { openLinks: {} }),
      ...(lacks.includes('downloadFile') ? {} : { downloadFile: {} }),
      ...(lacks.includes('serverTools') ? {} : { serverTools: {} }),
      ...(lacks.includes('updateModelContext') ? {} : { updateModelContext: { text: {} } }),
    },
    {
      hostContext: {
        theme,
        locale,
        displayMode: 'inline',
        platform: 'web',
        toolInfo: { tool: { name: tool, inputSchema: { type: 'object' } } },
      },
    },
  );
  bridge = made;
  const refuse = (what: string) => {
    if (refuses.includes(what)) throw new Error(`This program refuses ${what}.`);
  };
  made.oncalltool = async ({ name, arguments: given = {} }) => {
    refuse('tools');
    return window.callServer(name, given);
  };
  made.onopenlink = async ({ url }) => {
    await window.seen('link', url);
    return {};
  };
  made.ondownloadfile = async ({ contents }) => {
    await window.seen('download', contents);
    return {};
  };
  made.onupdatemodelcontext = async ({ content }) => {
    refuse('context');
    await window.seen('context', content);
    return {};
  };
  made.onsizechange = ({ height }) => {
    if (height !== undefined) frame.style.height = `${height + 2}px`;
  };
  const ready = new Promise<void>((resolve) => {
    made.oninitialized = () => resolve();
  });
  document.body.append(frame);
  const { contentWindow } = frame;
  if (contentWindow === null) throw new Error('the frame has no window');
  await made.connect(new PostMessageTransport(contentWindow, contentWindow));
  frame.srcdoc = html;
  await ready;
  // Whatever a program says, also what the package's types do not let it say.
  const told = {
    jsonrpc: '2.0',
    method: 'ui/notifications/host-context-changed',
    params: { styles: { variables } },
  };
  if (Object.keys(variables).length > 0) contentWindow.postMessage(told, '*');
  await made.sendToolInput({ arguments: args });
  await made.sendToolResult(result);
};
