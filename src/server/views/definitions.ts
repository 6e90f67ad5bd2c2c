import { consentTool, viewUri } from '../../view-data.js';
import type { ListedTool } from '../tool-list/tool-definition.js';

/** The extension of the protocol, by which a client says that it shows views. */
export const viewExtension = 'io.modelcontextprotocol/ui';

/** The media type of a page that a client shows as a view. */
export const viewMimeType = 'text/html;profile=mcp-app';

/** The page as `resources/list` shows it. It asks for no address, so a client lets it reach none. */
export const viewResource = {
  uri: viewUri,
  name: 'views',
  title: 'Views',
  description: 'Previews of writes, tickets, lists and groups to look at',
  mimeType: viewMimeType,
  _meta: { ui: { prefersBorder: true, permissions: { clipboardWrite: {} } } },
};

const readingTools: ReadonlySet<string> = new Set([
  'query-entity',
  'aggregate-entity',
  'get-ticket',
  'search-tickets',
  'search-companies',
  'search-contacts',
  'search-projects',
  'search-tasks',
]);

const hasView = ({ name, annotations }: ListedTool): boolean =>
  readingTools.has(name) || annotations.readOnlyHint === false;

/**
 * Takes what a person decided in a view (see `consentOf`). A model neither sees this tool nor learns the token that it
 * needs, so it is described to nobody.
 */
const consentDefinition = {
  name: consentTool,
  inputSchema: { type: 'object' },
  _meta: { ui: { visibility: ['app'] } },
} as const;

/** What `tools/list` shows a client with views besides: which page shows an answer, and the tool of that page alone. */
export function withViews(tools: readonly ListedTool[], byPerson: boolean) {
  const shown = tools.map((tool) =>
    hasView(tool) ? { ...tool, _meta: { ui: { resourceUri: viewUri } } } : tool,
  );
  const writes = tools.some(({ annotations }) => annotations.readOnlyHint === false);
  return byPerson && writes ? [...shown, consentDefinition] : shown;
}
