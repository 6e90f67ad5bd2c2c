import { AutotaskError } from '../../errors.js';

/** Reads that the API user or the policy may not make. */
const closed = new Set(['permission', 'notAllowed']);

/** A read that only makes an answer more helpful: where it is not allowed, the call goes on without it. */
export async function ifAllowed<T>(read: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof AutotaskError && closed.has(error.kind)) return otherwise;
    throw error;
  }
}

/** A read without which an answer is right as well, only poorer: null when it fails. */
export async function orNull<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof AutotaskError && error.kind !== 'cancelled') return null;
    throw error;
  }
}
