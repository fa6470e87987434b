import { HooklineError } from '../errors.ts';
import type { RecordedEvent } from '../journal/delivery.ts';
import type { Journal } from '../journal/journal.ts';

/**
 * The recorded event with an id, of any source where none is named. Throws `not_found`, and `bad_request` when several
 * sources sent one with it.
 */
export async function findRecorded(
  journal: Pick<Journal, 'findEvents'>,
  { id, source }: { readonly id: string; readonly source: string | null },
): Promise<RecordedEvent> {
  const found = (await journal.findEvents(id)).filter(
    ({ event }) => source === null || event.source === source,
  );
  const [only, ...others] = found;
  if (only === undefined) throw new HooklineError('not_found', 'Not found');
  if (others.length === 0) return only;
  const sources = found.map(({ event }) => event.source).join(', ');
  throw new HooklineError(
    'bad_request',
    `Several sources sent an event with this id: add ?source= with one of ${sources}`,
  );
}
