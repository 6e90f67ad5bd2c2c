import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Folders of the packages of which something is in a file: `node_modules/a`, `node_modules/a/node_modules/@b/c`. */
function foldersIn(contents) {
  const folders = Object.values(contents)
    .flat()
    .flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []);
  return [...new Set(folders)].sort();
}

async function packageIn(folder) {
  const { name, version, license, repository } = JSON.parse(
    await readFile(join(folder, 'package.json'), 'utf8'),
  );
  const files = (await readdir(folder)).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file)).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  const text = texts.map((part) => part.trim()).join('\n\n');
  return { name, version, license, repository: repository?.url, text };
}

const rule = '-'.repeat(80);

/** The licences of everything that was bundled. */
export async function notices(contents) {
  const all = await Promise.all(foldersIn(contents).map(packageIn));
  const named = new Map();
  for (const { name, version, license, repository, text } of all) {
    // Some packages leave the text out that others of the same repository and licence have.
    const kin = all.find((other) => other.text !== '' && other.repository === repository);
    const found = text === '' && kin?.license === license ? kin?.text : text;
    if (!found) throw new Error(`${name} comes without a licence text: it must not be bundled`);
    named.set(found, [...(named.get(found) ?? []), `${name} ${version} (${license})`]);
  }
  const sections = [...named].map(([text, names]) => `${rule}\n${names.join('\n')}\n\n${text}\n`);
  return `This program contains the following software, under these licences.\n\n${sections.join('\n')}`;
}
