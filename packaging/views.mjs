import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { rolldown } from 'rolldown';
import { shorten } from './bundle.mjs';

const hashOf = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** A script in letters that every program on its way leaves alone. */
const inAscii = (script) =>
  script.replace(/[^\n\x20-\x7e]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** A stylesheet without what only its authors need. */
const smaller = (css) =>
  css
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\s+/g, ' ')
    .replace(/ ?([{};,]) ?/g, '$1')
    .replace(/: /g, ':')
    .trim();

/**
 * A page of one file that runs nothing but its own script; `policy` is what it may besides. Answers which modules
 * are in it.
 */
async function pageOf(file, folder, policy) {
  const made = await rolldown({
    input: `${folder}/main.ts`,
    platform: 'browser',
    transform: { target: 'es2022' },
    onLog(level, log, report) {
      if (log.code !== 'PLUGIN_TIMINGS') report(level === 'warn' ? 'error' : level, log);
    },
  });
  const { output } = await made.generate({ format: 'iife', minify: true });
  await made.close();
  const [{ code, modules }] = output;
  // The end of a script must not stand in it, and no letter that is seen by nobody: none of those leaves the server.
  const script = inAscii(code.trim().replaceAll('</script', '<\\/script'));
  const style = smaller(await readFile(`${folder}/style.css`, 'utf8'));
  // Widths and colours that are computed are set on elements, which no policy holds back.
  const allowed = [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    ...policy,
  ];
  const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${allowed.join('; ')}; base-uri 'none'; form-action 'none'">
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

/** The page with all views, and the one that shows them to people without a client. */
export const views = async (dir) => ({
  'views.html': await pageOf(`${dir}/views.html`, 'src/views', ['img-src data:']),
  'tour.html': await pageOf(`${dir}/tour.html`, 'src/views/tour', ["connect-src 'self'", "frame-src 'self'"]),
});
