/** Nothing that a script prints, and no argument of a call, may ever hold one of these. */
export const secrets = {
  AUTOTASK_INTEGRATION_CODE: 'CODE-7Q4X',
  AUTOTASK_USERNAME: 'api-user@northwind.example',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it must reach the server as it stands
  AUTOTASK_SECRET: 'pa$$HOME ${USER} s3cr3t',
} as const;
export const filledIn = Object.entries(secrets).map(([name, value]) => `${name}='${value}'`);
