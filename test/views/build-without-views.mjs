// This program as it would be if it had no views: node test/views/build-without-views.mjs FOLDER
import { program } from '../../packaging/program.mjs';

/** What makes views, in the words of whoever calls it: nothing is there. */
const nothing = {
  answer: 'export const consentOf = () => null; export const viewMembers = () => ({});',
  definitions: 'export const viewResource = {}; export const withViews = (tools) => tools;',
  index: 'throw new Error("there are no views")',
};

const withoutViews = {
  name: 'without-views',
  load: {
    filter: { id: /[\\/]mcp-apps[\\/]\w+\.ts$/ },
    handler: (id) => nothing[id.replace(/^.*[\\/]|\.ts$/g, '')] ?? 'export {}',
  },
};

await program(process.argv[2], [withoutViews]);
