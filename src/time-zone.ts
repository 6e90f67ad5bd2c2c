/** Whether this runtime knows the zone by its IANA name. */
export function isTimeZone(name: string): boolean {
  // The usual zone at every start: asking for it would load all that Node knows about languages.
  if (name === 'UTC') return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

export const timeZoneProblem = 'must be a time zone of the IANA list, e.g. Europe/Berlin';
