import { createHash } from 'node:crypto';
import { findEntity } from '../../entities/metadata/entity-names.js';
import { attachmentEntity } from '../../entities/read/attachment-entities.js';
import type { WritePlan } from '../../entities/write/plan.js';
import { mostFileBytes } from '../../entities/write/upload-limit.js';
import { InvalidInput, type Problem } from '../../errors.js';
import { clean } from '../../text.js';
import { withExplanation } from '../define/define-record-tools.js';
import { defineWriteTool, type ToolContext, type WriteTool } from '../define/define-tool.js';
import { defaultNote, internalChoice } from '../define/picklist-defaults.js';
import * as inputs from '../define/shared-inputs.js';
import { contentOf } from './file-content.js';

const longestName = 255;

const refuse = (...problems: Problem[]) => new InvalidInput('Nothing was sent.', problems);

/** The bytes of base64 text; whatever is wrong with it is found before anything is sent. */
function decoded(data: string): Buffer {
  const text = data
    .replace(/^data:[^,]{0,200};base64,/, '')
    .replace(/[\r\n\t]+/g, '')
    .trim();
  if (text === '') throw refuse({ field: 'data', problem: 'is empty' });
  if (Math.floor((text.length * 3) / 4) - 2 > mostFileBytes) {
    throw refuse({ field: 'data', problem: `has more than ${mostFileBytes} bytes, which Autotask refuses` });
  }
  // Whole groups only, as every encoder writes them: plain words would pass for base64 otherwise.
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text) || text.length % 4 !== 0) {
    throw refuse({ field: 'data', problem: "is not base64: encode the file's bytes, with padding" });
  }
  return Buffer.from(text, 'base64');
}

/** A name that is one in every folder of every system. */
function checkName(name: string): string {
  const given = name.trim();
  const problem =
    given === '' || /^\.+$/.test(given)
      ? 'is no name of a file'
      : given !== clean(given) || /\n|\t/.test(given)
        ? 'holds invisible characters'
        : /[/\\:*?"<>|]/.test(given)
          ? 'must be a name without a folder and without any of \\ / : * ? " < > |'
          : given.length > longestName
            ? `has ${given.length} characters; at most ${longestName} fit`
            : undefined;
  if (problem !== undefined) throw refuse({ field: 'name', problem });
  return given;
}

interface Given {
  readonly name?: string | undefined;
  readonly data?: string | undefined;
  readonly path?: string | undefined;
}

async function fileOf({ name, data, path }: Given, { files }: ToolContext) {
  const source = files === null ? 'data' : 'data, path';
  if (data !== undefined && path !== undefined) {
    throw refuse({ field: 'data, path', problem: 'only one of them says what the file holds' });
  }
  if (data !== undefined) {
    if (name === undefined) throw refuse({ field: 'name', problem: 'is required with data' });
    return { name: checkName(name), bytes: decoded(data) };
  }
  if (path === undefined || files === null) throw refuse({ field: source, problem: 'is required' });
  const file = await files.read(path, mostFileBytes);
  if (file.bytes.length === 0) throw refuse({ field: 'path', problem: 'is an empty file' });
  return { name: checkName(name ?? file.name), bytes: file.bytes };
}

/** What a reader of the preview checks: how long the file is, what it holds, and its hash instead of itself. */
function described(name: string, bytes: Buffer): string {
  const content = contentOf(bytes, '', name);
  const is = content.type === 'text' ? `text (${content.charset})` : content.mimeType;
  const hash = createHash('sha256').update(bytes).digest('hex');
  return `${bytes.length} bytes, ${is}, SHA-256 ${hash}`;
}

/** Autotask keeps a list of allowed types, which its API does not tell. */
const explain = (upstream: string): string | undefined =>
  /file type/i.test(upstream)
    ? 'This tenant does not take files of this type; an administrator of Autotask decides which.'
    : undefined;

const input = {
  parentEntity: inputs.parentEntity.describe('Default Tickets'),
  parentId: inputs.idOrName,
  name: inputs.set.text().describe('File name'),
  data: inputs.set.text().describe('Base64'),
  title: inputs.set.text(),
  publish: inputs.set.name(),
};

const text = (value: unknown): string | undefined =>
  value === undefined || value === null ? undefined : String(value);

async function planOf(
  args: { parentEntity?: string | undefined; parentId: string | number } & Record<string, unknown>,
  context: ToolContext,
): Promise<WritePlan> {
  const { parentEntity = 'Tickets', parentId, title, publish } = args;
  const entity = attachmentEntity(parentEntity, 'parentEntity');
  const parent = findEntity(entity.parents[0]?.entity ?? '', undefined, 'parentEntity');
  context.entities.policy.require('create', entity);
  const file = await fileOf({ name: text(args.name), data: text(args.data), path: text(args.path) }, context);
  const { writes } = context.entities.tenant();
  const id = await writes.subjects.idToWrite(parent, parentId, 'parentId', context);
  const notes: string[] = [];
  let visible = publish;
  if (visible === undefined || visible === null || visible === '') {
    const internal = await internalChoice(entity.name, context);
    visible = internal === undefined ? undefined : Number(internal.value);
    if (internal !== undefined) {
      notes.push(`${defaultNote('publish', internal)}, not visible to the customer`);
    }
  }
  const data = {
    attachmentType: 'FILE_ATTACHMENT',
    title: text(title) ?? file.name,
    fullPath: file.name,
    ...(visible === undefined ? {} : { publish: visible }),
    data: file.bytes.toString('base64'),
  };
  const plan = await writes.planCreate(
    { entity: entity.name, parentEntity: parent.name, parentId: id, data, notes },
    context,
  );
  const shown = described(file.name, file.bytes);
  const changes = plan.changes.map((change) =>
    change.field === 'data' ? { ...change, after: { text: shown, json: shown } } : change,
  );
  return withExplanation({ ...plan, changes }, explain);
}

const declaration = {
  name: 'create-attachment',
  title: 'Attach a file',
  description:
    'Attach a file (6 MB at most) to a ticket, or by parentEntity to TicketNotes, Tasks, Companies, Projects … Internal unless publish says otherwise.',
  destructive: false,
  idempotent: false,
  creates: true,
};

export const createAttachment: WriteTool = defineWriteTool({
  ...declaration,
  input,
  absent: (name) =>
    name === 'path'
      ? 'files of the machine are attached only over stdio, where the operator set AUTOTASK_FILES_DIR; send data instead'
      : undefined,
  plan: planOf,
});

/** The same where the operator named a folder of files. */
export const createAttachmentFromFiles: WriteTool = defineWriteTool({
  ...declaration,
  input: { ...input, path: inputs.set.text().describe("Instead of data: in the server's folder") },
  plan: planOf,
});
