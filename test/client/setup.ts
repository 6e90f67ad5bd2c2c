import { afterEach, expect } from 'vitest';
import { AutotaskError } from '../../src/errors.js';
import { type Fake, type Script, startFake } from './fake.js';

const open: Fake[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((fake) => fake.close()));
});

/** A fake tenant that is closed after the test. */
export async function fakeTenant(script: Script, zone?: Script): Promise<Fake> {
  const fake = await startFake(script, zone);
  open.push(fake);
  return fake;
}

/** The error that the work fails with; the test fails when it does not, or with another class. */
export async function failureOf(work: Promise<unknown>): Promise<AutotaskError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AutotaskError);
  if (!(error instanceof AutotaskError)) throw new Error('unreachable');
  return error;
}

export const oneTicket = {
  items: [{ id: 1 }],
  pageDetails: { count: 1, requestCount: 500, prevPageUrl: null, nextPageUrl: null },
};
