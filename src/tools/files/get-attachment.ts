import { titleOf } from '../../entities/metadata/entity-metadata.js';
import { audienceOf } from '../../entities/write/visibility.js';
import { oneLine } from '../../text.js';
import { defineReadTool, type FileResult } from '../define/define-tool.js';
import * as inputs from '../define/shared-inputs.js';
import { type Content, contentOf, plainName, sizeText } from './file-content.js';

/** Base64 as Autotask sends it; null when it is none. */
function bytesOf(data: string): Buffer | null {
  const bytes = Buffer.from(data, 'base64');
  return bytes.length === 0 && data.trim() !== '' ? null : bytes;
}

const kinds: Readonly<Record<string, string>> = {
  FILE_LINK: 'This is a link to a file, whose place is its name',
  FOLDER_LINK: 'This is a link to a folder, whose place is its name',
  URL: 'This is a link to a web page, whose address is its name',
};

/** What is said about contents that are not what they call themselves, or are not there. */
function remark(content: Content | null, declared: string, hidden: boolean, type: string): string[] {
  if (hidden) return ['contents: hidden by the policy of this server'];
  if (content === null) return [`contents: ${kinds[type] ?? 'Autotask gave none'}`];
  const wanted = declared.toLowerCase().split(';')[0]?.trim() ?? '';
  const is = content.type === 'text' ? 'text' : content.mimeType;
  const differs =
    wanted.startsWith('image/') && content.type !== 'image'
      ? !(wanted === 'image/svg+xml' && content.type === 'text')
      : content.type === 'image' && wanted !== content.mimeType && wanted !== '';
  return differs ? [`contents: ${is}, although it calls itself ${wanted}`] : [];
}

export const getAttachment = defineReadTool({
  name: 'get-attachment',
  title: 'Get an attachment',
  description:
    'Read a file of any entity by its id (get-ticket include shows ids): text as text, pictures as images, the rest as resources.',
  input: {
    id: inputs.id,
    entity: inputs.entity.optional().describe('If id alone fails'),
    parentId: inputs.parentId,
    offset: inputs.id.optional().describe('To go on in a long text'),
    ...inputs.formatInput,
  },
  openWorld: true,
  run: async ({ offset = 0, ...args }, context) => {
    const { record, owner, data, dataHidden } = await context.entities.tenant().attachments(args, context);
    const { entity, row, fields, cells } = record;
    const declared = typeof row.contentType === 'string' ? row.contentType : '';
    const path = typeof row.fullPath === 'string' ? row.fullPath : String(row.title ?? '');
    const type = String(row.attachmentType ?? 'FILE_ATTACHMENT');
    // A link's name is all there is to it.
    const name = type in kinds ? path : plainName(path);
    const bytes = data === null ? null : bytesOf(data);
    const content = bytes === null ? null : contentOf(bytes, declared, name);
    const metadata = await context.entities.facts(entity, context.signal);
    const size = bytes?.length ?? (typeof row.fileSize === 'number' ? row.fileSize : null);
    const shown = fields.map((field, index) => `${titleOf(field)}: ${cells[index]?.text ?? ''}`);
    const lines = [
      `name: ${oneLine(name)}`,
      ...(size === null ? [] : [`size: ${sizeText(size)}`]),
      ...(declared === '' ? [] : [`contentType: ${oneLine(declared)}`]),
      ...shown,
      ...(metadata.hides('publish') ? [] : [`seen by: ${audienceOf(metadata, row, row).seenBy}`]),
      ...remark(content, declared, dataHidden, type),
    ];
    const below = owner === null ? '' : ` of ${owner.entity} ${owner.id}`;
    const file: FileResult = {
      title: `${entity.name} ${args.id}${below}`,
      id: args.id,
      name,
      lines,
      content,
      offset,
    };
    return { kind: 'file', file };
  },
});
