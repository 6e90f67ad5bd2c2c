import type { Variable } from '../../config/index.js';

/** What stands for the image: whoever publishes it names it. */
const image = 'IMAGE';
const confined = ['--read-only', '--tmpfs', '/tmp', '--cap-drop', 'ALL'];

/** A command for a shell; `-e NAME` passes a variable on without its value standing on a command line. */
export function dockerCommand(
  credentials: readonly Variable[],
  http: boolean,
  options: readonly string[],
): { command: string; notes: readonly string[] } {
  const names = [...credentials.map(({ name }) => name), ...(http ? ['AUTOTASK_HTTP_TOKEN'] : [])];
  const words = [
    ...['docker', 'run', '--rm', ...(http ? ['-d', '-p', '127.0.0.1:3000:3000'] : ['-i'])],
    ...confined,
    ...(http ? ['-e', 'AUTOTASK_TRANSPORT=http', '-e', 'AUTOTASK_HTTP_HOST=0.0.0.0'] : []),
    ...names.flatMap((name) => ['-e', name]),
    image,
    ...options,
  ];
  const notes = [
    `Put the name of your image in the place of ${image}; docs/docker.md tells how it is built.`,
  ];
  if (names.length > 0) notes.push(`Set ${names.join(', ')} in the environment of the shell.`);
  return { command: words.join(' '), notes };
}
