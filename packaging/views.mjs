import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { rolldown } from 'rolldown';
import { shorten } from './bundle.mjs';

const hashOf = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** A stylesheet without what only its authors need. */
const smaller = (css) =>
  css
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\s+/g, ' ')
    .replace(/ ?([{};,]) ?/g, '$1')
    .replace(/: /g, ':')
    .trim();

/**
 * The page with all views: one file that loads nothing and runs nothing but its own script. What a host allows
 * comes on top of what the page allows itself.
 */
export async function views(file) {
  const made = await rolldown({
    input: 'src/views/main.ts',
    platform: 'browser',
    transform: { target: 'es2022' },
    onLog(level, log, report) {
      if (log.code !== 'PLUGIN_TIMINGS') report(level === 'warn' ? 'error' : level, log);
    },
  });
  const { output } = await made.generate({ format: 'iife', minify: true });
  await made.close();
  const [{ code, modules }] = output;
  // The end of a script must not stand in it.
  const script = code.trim().replaceAll('</script', '<\\/script');
  const style = smaller(await readFile('src/views/style.css', 'utf8'));
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    // Widths and colours that are computed are set on elements, which no policy holds back.
    `style-src ${hashOf(style)}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Autotask</title>
<style>${style}</style>
</head>
<body>
<script>${script}</script>
</body>
</html>
`;
  await writeFile(file, page);
  return Object.entries(modules).flatMap(([id, { renderedLength }]) =>
    renderedLength > 0 ? [shorten(id)] : [],
  );
}
