import { consentTool, viewMimeType, viewUri } from '../../view-data.js';
import type { ListedTool } from '../tool-list/tool-definition.js';
import { isWritingTool } from '../tool-list/visible-tools.js';

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

const hasView = ({ name }: ListedTool): boolean => readingTools.has(name) || isWritingTool(name);

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
  const writes = tools.some(({ name }) => isWritingTool(name));
  return byPerson && writes ? [...shown, consentDefinition] : shown;
}
