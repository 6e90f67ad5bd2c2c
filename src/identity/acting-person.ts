import { AsyncLocalStorage } from 'node:async_hooks';

/** Who asks, where somebody signed in or the operator says who uses this server. */
export interface Person {
  /** By which Autotask knows them: an e-mail address, a user name or the id of a resource. Null: nobody said so. */
  readonly knownAs: string | number | null;
  /** Who says so, and what they call them; absent where it is the operator or a gateway. */
  readonly issuer?: string;
  readonly subject?: string;
}

/** The resource of a person, or why there is none. */
export type PersonResource = { readonly id: number; readonly name: string } | { readonly problem: string };

/** The person for whom a call is made. */
export interface ActingPerson {
  readonly person: Person;
  /** Asks Autotask, briefly remembered. */
  resource(): Promise<PersonResource>;
}

const current = new AsyncLocalStorage<ActingPerson>();

/** Undefined where nobody is known: then the API user acts. */
export const actingPerson = (): ActingPerson | undefined => current.getStore();

export const actFor = <T>(person: ActingPerson, work: () => T): T => current.run(person, work);

/** What stands for a person in a text of this server. */
export const personLabel = ({ knownAs, subject, issuer }: Person): string =>
  knownAs !== null
    ? String(knownAs)
    : `${subject ?? 'somebody'}${issuer === undefined ? '' : ` of ${issuer}`}`;
