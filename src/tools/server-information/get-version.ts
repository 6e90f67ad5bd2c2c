import { rightsLine, rightsUnder } from '../../entities/metadata/rights.js';
import { actingPerson, personLabel } from '../../identity/acting-person.js';
import { defineReadTool, readerOf } from '../define/define-tool.js';
import * as inputs from '../define/shared-inputs.js';

/** Whoever a call is made for, and what they may do in Autotask; null where nobody is known. */
async function whoAsks() {
  const acting = actingPerson();
  if (acting === undefined) return null;
  const { person } = acting;
  const resource = await acting.resource();
  const who =
    'problem' in resource
      ? `nobody in Autotask: ${resource.problem} Writes are refused`
      : `resource ${resource.id} (${resource.name})`;
  return { line: `You are ${who}; known as ${personLabel(person)}`, json: { ...person, resource } };
}

export const getVersion = defineReadTool({
  name: 'get-version',
  title: 'Version and connection',
  description:
    'Version of this server and of the Autotask API, and the zone: proves that the credentials work.',
  // An argument, because Gemini refuses tools that have none.
  input: { format: inputs.formatInput.format },
  openWorld: true,
  run: async (_args, context) => {
    const { server } = context;
    const reader = readerOf(context);
    const options = context.signal ? { signal: context.signal } : {};
    const version = await reader.version(options);
    const zone = await reader.zone(options);
    const asking = await whoAsks();
    const rights = await rightsUnder(context.entities.policy, server.readOnly);
    const tenant = server.mode === 'demo' ? 'embedded sandbox tenant' : 'live tenant';
    return {
      kind: 'facts',
      lines: [
        `${server.name} ${server.version}, ${server.readOnly ? 'read-only' : 'writes need confirmation'}`,
        `Autotask ${version}, API V1.0, ${tenant}`,
        `Zone ${zone.name ?? 'pinned'}: ${zone.apiUrl}`,
        ...(asking === null ? [] : [asking.line]),
        rightsLine(rights),
      ],
      json: {
        server,
        autotask: version,
        api: 'V1.0',
        zone,
        ...(asking === null ? {} : { person: asking.json }),
        rights,
      },
    };
  },
});
