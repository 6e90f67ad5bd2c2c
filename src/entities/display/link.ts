import type { AutotaskReader, CallOptions } from '../../client/types.js';
import type { Entity } from '../../model.js';

/** Codes of Autotask's own "execute command" links, by entity. */
const linkCodes: Readonly<Record<string, readonly [code: string, parameter: string]>> = {
  Tickets: ['OpenTicketDetail', 'TicketID'],
  Companies: ['OpenAccount', 'AccountID'],
  Contacts: ['OpenContact', 'ContactID'],
  Tasks: ['OpenTaskDetail', 'TaskID'],
  Opportunities: ['OpenOpportunity', 'OpportunityID'],
  ConfigurationItems: ['EditInstalledProduct', 'InstalledProductID'],
};

/** Opens a record in Autotask's web interface; null when not known how. */
export async function linkTo(
  reader: AutotaskReader,
  entity: Entity,
  id: number,
  options: CallOptions,
): Promise<string | null> {
  const code = linkCodes[entity.name];
  if (code === undefined) return null;
  // The write is done by now: a link that cannot be made must not look like a failure.
  const { webUrl } = await reader.zone(options).catch(() => ({ webUrl: null }));
  if (webUrl === null) return null;
  const base = webUrl.replace(/(?<!\/)\/+$/, '');
  return `${base}/Autotask/AutotaskExtend/ExecuteCommand.aspx?Code=${code[0]}&${code[1]}=${id}`;
}
