import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/**
 * What the documents promise about safety, with the tests that hold it. A sentence that is changed, or a test that is
 * renamed, fails here until both say the same again.
 */
const promises: Readonly<
  Record<string, readonly (readonly [sentence: string, file: string, test: string])[]>
> = {
  'README.md': [
    [
      'Without it the record is checked completely and comes back as a preview; nothing is sent.',
      'writes/gate',
      'every tool that writes',
    ],
    [
      'takes only the token of a preview of exactly this write',
      'writes/gate',
      'refuses the token for other arguments, another tool, another caller, and a forged one',
    ],
    ['asks a person in the client', 'writes/gate', 'writes when the human says yes to what would be written'],
    [
      'the stored record is read back, and any field that Autotask stored differently is reported',
      'protocol/values',
      'Autotask stored something else than was sent',
    ],
    [
      'the tools that write do not exist',
      'protocol/stdio',
      'offers no tool that writes, and calling one is an error that sends nothing',
    ],
    ['A write is never repeated automatically.', 'client/writes', 'a write is sent once'],
    [
      'the error holds the query that finds out whether it happened',
      'writes/stored',
      'the named query finds it',
    ],
    [
      'Notes and attachments that the customer would see are refused unless the operator allows them.',
      'writes/policy',
      'is refused unless allowed; internal notes are written',
    ],
    [
      'none of its lines looks like one of the server',
      'writes/forged-lines',
      'no line of it can be taken for one of this server',
    ],
    [
      'are taken out of answers, errors and logs, also encoded or cut in two',
      'writes/credentials',
      'credentials of this server',
    ],
    ['also encoded or cut in two', 'text-boundary', 'cuts no secret in two'],
    ['not out of files that are no text', 'protocol/attachments', 'bytes'],
  ],
  'docs/security.md': [
    ['Making a plan reads and never writes.', 'writes/gate', 'every tool that writes'],
    [
      'Only a choice that calls itself internal and names nobody from outside is internal',
      'writes/audience',
      'a preview says who sees it',
    ],
    [
      'lists every field that speaks of visibility',
      'writes/audience',
      'every field that speaks of visibility',
    ],
    [
      'is frozen** to the records of its preview',
      'writes/bulk',
      'never writes what began to match after the preview, and skips what changed since',
    ],
    [
      'A receipt is good for the caller who wrote',
      'writes/receipts',
      'refuses receipts that it does not know',
    ],
    ['so none is made twice', 'writes/receipts', 'resume never creates twice'],
    ['and when it was used', 'writes/gate', 'writes once with the token of the preview, and not twice'],
    [
      'refuses the token and answers with a new preview',
      'writes/replicas',
      'a process that was started anew refuses the tokens of the old one',
    ],
    [
      'Over HTTP the server does not start with one of them alone.',
      'writes/replicas',
      'do not start with half of what they need',
    ],
    [
      'Over HTTP a client can ask for it with a header, never for the opposite.',
      'http/access',
      'never gives them',
    ],
    [
      'goes through a reader and a writer that refuse what it forbids',
      'writes/policy',
      'cannot be reached by whoever holds the guarded writer',
    ],
    [
      'not returned, accepted or filtered by where it is a field',
      'writes/policy',
      'are never returned, included, filtered by, described or accepted',
    ],
    [
      'is withheld where it names a hidden field, by its name or in words',
      'writes/masks',
      'is not in an error that calls its field',
    ],
    [
      'A mask covers a field and not its value',
      'writes/masks',
      'covers its field, and not the same value elsewhere, in a text or in the history',
    ],
    [
      'only its place in the list and its length are said',
      'config/misplaced',
      'is not repeated by the error',
    ],
    [
      'counted per process, failed writes included',
      'writes/policy',
      'lets so many through in an hour, whatever they end as',
    ],
    ['When the attempt cannot be written, neither is the record.', 'writes/audit', 'refuses the write when'],
    ['Each is flushed to disk.', 'writes/audit', 'stands on disk before the write is sent'],
    [
      'What was given and not accepted is not in it',
      'writes/audit-lines',
      'leaves what was accepted in the log',
    ],
    ['a longer line is read by nobody', 'writes/audit-lines', 'has one bound for who writes and who reads'],
    ['tells which line was changed, removed or moved', 'writes/audit', 'shows %s'],
    [
      'nobody without the key can make a chain that holds',
      'writes/audit',
      'cannot be forged without its key',
    ],
    [
      'lines cut from the end are missed',
      'writes/audit-end',
      'shows whole lines cut from it, and is not written over',
    ],
    [
      'a record that is not there is a failure as well',
      'writes/audit-end',
      'and its record removed: a failure, and nothing is written over it',
    ],
    [
      'A line that was only half written, when a machine died, stops further writes',
      'writes/audit-end',
      'is not written behind half a line',
    ],
    [
      'so that nothing can be exchanged between check and read',
      'writes/attachments',
      'are the ones that were checked, whatever is put in their place',
    ],
    [
      'Over HTTP there is no such argument.',
      'writes/attachments',
      'are not offered without a folder, and the reason is told',
    ],
    [
      'with writes to the entities for which Autotask records it, and with nothing else',
      'writes/policy',
      'is sent on writes to entities that support it, and on nothing else',
    ],
    ['a random number that no other attempt has', 'protocol/previews', 'a mark'],
    [
      'is reported as unknown, in the answer and in the audit log',
      'writes/stored',
      'is not said to have failed after',
    ],
    [
      'invisible and bidirectional characters are removed',
      'writes/hostile-tenant',
      'is data in every answer of',
    ],
    [
      'A text that spans lines is one line and its continuations',
      'writes/forged-lines',
      'text of the tenant that spans lines',
    ],
    ['are replaced by `[redacted]` in everything that leaves it', 'writes/credentials', 'are not in %s'],
    ['Every text passes one function on its way out', 'text-boundary', 'fences after it redacts'],
    [
      'Text of any length takes time in proportion to its length',
      'growth',
      'twice the text takes at most 2.5 times the time',
    ],
    [
      'between which other calls are answered',
      'http/responsive',
      'answers /health within 100 ms while it reads hostile text',
    ],
    [
      'is one document that any client can parse',
      'text-boundary',
      'leaves JSON valid, with the marks as its first and last member',
    ],
  ],
  'docs/configuration.md': [
    ['per endpoint never more than 3', 'client/limits', 'three concurrent requests per endpoint'],
    ['Records themselves are never kept', 'protocol/requests', 'never decide which record is changed'],
    [
      'a confirmation reads the stored record again before it writes',
      'protocol/requests',
      'do not stand for the stored record, which a confirmation reads again',
    ],
    ['A name that matched nothing is not kept.', 'protocol/requests', 'are not remembered as absent'],
    [
      'What this server writes is forgotten at once, in all sessions and for all tokens',
      'protocol/requests',
      'belongs to the rights of a token, and a write of one is seen by all',
    ],
    [
      'All of it belongs to one tenant and one set of rights',
      'protocol/requests',
      'belongs to one tenant: the same ids have other names in the next one',
    ],
    [
      'fields never returned, accepted or filtered by',
      'writes/masks',
      'is in no answer of $name, as text or as JSON',
    ],
    [
      'fields never returned, accepted or filtered by',
      'writes/masks',
      'cannot be guessed by a filter, a search or a count',
    ],
    [
      'file that records every write',
      'writes/property',
      'writes only what was confirmed, allowed and recorded',
    ],
    [
      'Attributes hold no credential, no text or id of a record, no argument',
      'tracing/traces',
      'ids are no part of names and addresses, nor is what a write holds',
    ],
  ],
  'docs/http.md': [
    [
      'A request belongs to exactly one tenant.',
      'http/gateway',
      'are never mixed up, however their calls interleave',
    ],
    ['no header gives rights back', 'http/access', 'never gives them'],
    ['Without one it is only served on the loopback.', 'http/program', 'is required when AUTOTASK_HTTP_HOST'],
    [
      'becomes one file and one chain for each tenant',
      'http/gateway-writes',
      'stand in a chain of their own each, in a file that tells nobody whose it is',
    ],
    ['Errors are JSON everywhere and never carry a stack trace.', 'http/hostile', 'in JSON'],
    ['It only takes away', 'http/policies', 'take'],
  ],
};

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

it.each(
  Object.entries(promises).flatMap(([page, list]) => list.map((promise) => [page, ...promise] as const)),
)('%s promises "%s", and %s has the test "%s"', (page, sentence, file, test) => {
  expect(read(page)).toContain(sentence);
  expect(read(`test/${file}.test.ts`)).toContain(test);
});
