import { getNodeValue, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { append, replaceValue } from './json-edit.js';
import { type Addition, isEqual, isMembers, type Members, mergedEntry, Unmergeable } from './merge.js';

const lineOf = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;

/** Of members with the same name programs see the last and editors change the first. */
function refuseDuplicates(node: Node, text: string): void {
  const seen = new Set<unknown>();
  for (const { children: [key] = [] } of node.children ?? []) {
    if (key !== undefined && seen.has(key.value)) {
      throw new Unmergeable(`line ${lineOf(text, key.offset)}: ${key.value} stands there twice`);
    }
    seen.add(key?.value);
  }
}

interface Parsed {
  readonly root: Node;
  readonly value: Members;
}

function parse(text: string): Parsed {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  const [first] = errors;
  if (first !== undefined) {
    throw new Unmergeable(
      `it is not valid JSON (line ${lineOf(text, first.offset)}: ${printParseErrorCode(first.error)})`,
    );
  }
  const value: unknown = root === undefined ? undefined : getNodeValue(root);
  if (root === undefined || !isMembers(value)) throw new Unmergeable('it does not hold an object');
  return { root, value };
}

/** The value of a member as a node. */
function member({ children = [] }: Node, name: string): Node | undefined {
  return children.find(({ children: [key] = [] }) => key?.value === name)?.children?.[1];
}

function withInput(text: string, input: { readonly id: string }): string {
  const { root, value } = parse(text);
  const { inputs: existingInputs } = value;
  const list = member(root, 'inputs');
  if (list === undefined) return append(text, root, 'inputs', [input]);
  if (!Array.isArray(existingInputs)) throw new Unmergeable('inputs is not a list');
  return existingInputs.some((one) => isMembers(one) && one.id === input.id)
    ? text
    : append(text, list, null, input);
}

function withServer(text: string, { servers, name, ...rest }: Addition): string {
  const { root, value } = parse(text);
  refuseDuplicates(root, text);
  const { [servers]: existing } = value;
  const parent = member(root, servers);
  if (parent === undefined) return append(text, root, servers, { [name]: rest.entry });
  if (!isMembers(existing)) throw new Unmergeable(`${servers} is not an object`);
  refuseDuplicates(parent, text);
  const old = member(parent, name);
  const entry = mergedEntry(existing[name], rest);
  if (old === undefined) return append(text, parent, name, entry);
  return isEqual(existing[name], entry) ? text : replaceValue(text, old, entry);
}

/**
 * Puts the server into JSON, with or without comments; everything else stays as it is written. The result is
 * read again and must say what it said before and the addition.
 */
export function mergeJson(text: string, addition: Addition): string {
  const { servers, name, inputs } = addition;
  const byteOrderMark = text.startsWith('\ufeff') ? '\ufeff' : '';
  const before = text.slice(byteOrderMark.length).trim() === '' ? '{}\n' : text.slice(byteOrderMark.length);
  const after = withServer(inputs.reduce(withInput, before), addition);
  const [valueBefore, valueAfter] = [parse(before).value, parse(after).value];
  const rest = (value: Members) => ({
    ...value,
    inputs: undefined,
    [servers]: { ...(isMembers(value[servers]) ? value[servers] : {}), [name]: undefined },
  });
  if (!isEqual(rest(valueBefore), rest(valueAfter)))
    throw new Unmergeable('it is written in a way that cannot be changed safely');
  return byteOrderMark + after;
}
