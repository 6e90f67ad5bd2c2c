/**
 * A property's name on the wire. Autotask's service lowers names as Json.NET's camel-case resolver does:
 * the leading run of capitals becomes lower case, except for a last capital that starts a word.
 * `CompanyID` → `companyID`, `SKU` → `sku`, `SICCode` → `sicCode`, `Id` → `id`.
 */
export function wireName(name: string): string {
  const run = /^[A-Z]+/.exec(name)?.[0].length ?? 0;
  const startsWord = run > 1 && run < name.length && /[a-z]/.test(name.charAt(run));
  const lowered = startsWord ? run - 1 : run;
  return name.slice(0, lowered).toLowerCase() + name.slice(lowered);
}
