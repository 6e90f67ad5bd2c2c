import { readFile } from 'node:fs/promises';
import { evaluate } from './evaluate.mjs';

const { variableTable } = await evaluate('src/config/variables.ts');
export const { listings: catalogue } = await evaluate('src/server/tool-list/listings.ts');
export const packageJson = JSON.parse(await readFile('package.json', 'utf8'));

/** What a registry has room for: at most 100 characters. */
export const description =
  'Read and safely write Kaseya Autotask PSA: every entity, previews, confirmed writes';

/** What a person is asked for when the server is installed from a form; everything else has a default. */
const asked = {
  AUTOTASK_USERNAME: 'API user name',
  AUTOTASK_SECRET: 'API user secret',
  AUTOTASK_INTEGRATION_CODE: 'Tracking identifier (integration code)',
  AUTOTASK_READ_ONLY: 'Read only',
  AUTOTASK_TIMEZONE: 'Time zone',
  AUTOTASK_API_URL: 'API URL of the zone',
};

const sentence = (text) => {
  const plain = text.replaceAll('`', '');
  return `${plain[0].toUpperCase()}${plain.slice(1)}`;
};

/** Variables of a form, each with title and description; `key` is its name there, e.g. `read_only`. */
export const form = Object.entries(asked).map(([name, title]) => {
  const variable = variableTable.find((candidate) => candidate.name === name);
  if (variable === undefined) throw new Error(`${name} is not a variable of the program`);
  return {
    key: name.replace('AUTOTASK_', '').toLowerCase(),
    name,
    title,
    description: sentence(variable.meaning),
    default: variable.default,
    isRequired: variable.group === 'credentials',
    isSecret: variable.secret === true,
    isFlag: variable.default === 'true' || variable.default === 'false',
  };
});
