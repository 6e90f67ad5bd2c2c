import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Folders of the packages of which something is in the output: `node_modules/a`, `node_modules/a/node_modules/@b/c`. */
function foldersIn({ outputs }) {
  const folders = new Set();
  for (const { inputs } of Object.values(outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const [folder] = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? [];
      if (folder !== undefined && bytesInOutput > 0) folders.add(folder);
    }
  }
  return [...folders].sort();
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

/** The licences of everything that was bundled, from what esbuild says about its output. */
export async function notices(metafile) {
  const all = await Promise.all(foldersIn(metafile).map(packageIn));
  const sections = all.map(({ name, version, license, repository, text }) => {
    // Some packages leave the text out that others of the same repository and licence have.
    const kin = all.find((other) => other.text !== '' && other.repository === repository);
    const found = text === '' && kin?.license === license ? kin?.text : text;
    if (!found) throw new Error(`${name} comes without a licence text: it must not be bundled`);
    return `${rule}\n${name} ${version} (${license})\n\n${found}\n`;
  });
  return `This program contains the following software, under these licences.\n\n${sections.join('\n')}`;
}
