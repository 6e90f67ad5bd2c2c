import { rolldown } from 'rolldown';

/** Runs a TypeScript module, with all it imports, and answers what it exports. */
export async function evaluate(path) {
  const made = await rolldown({ input: path, platform: 'node' });
  const { output } = await made.generate({ format: 'esm', codeSplitting: false });
  await made.close();
  return import(`data:text/javascript;base64,${Buffer.from(output[0].code).toString('base64')}`);
}
