import { readFile } from 'node:fs/promises';
import { viewResource } from './definitions.js';

/** Made by the build beside the program: this module is in a chunk of its own, read when a view is first shown. */
const html = () => readFile(new URL('../views.html', import.meta.url), 'utf8');

export async function readViewPage() {
  const { uri, mimeType, _meta } = viewResource;
  return { contents: [{ uri, mimeType, text: await html(), _meta }] };
}
