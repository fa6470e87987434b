import type { LoadedFile } from '../definitions/definition.ts';
import type { KeptSet } from '../definitions/last-good.ts';
import type { FileSet } from '../definitions/reader.ts';
import { createSnapshot, type NoteHooks } from './apply.ts';
import { planChanges } from './plan.ts';
import type { Prepare } from './prepare.ts';
import { toReadRevision, toServed } from './served.ts';
import type { Snapshot } from './snapshot.ts';

/** What serves, or would if nothing better were found. */
export interface LiveSet {
  readonly snapshot: Snapshot;
  readonly files: readonly LoadedFile[];
  readonly sources: KeptSet['sources'];
}

/** What came of a set that was kept of a run before. */
export type RestoredLive =
  | { readonly kind: 'good'; readonly live: LiveSet }
  /** It was good once: the program or its settings are others now. */
  | { readonly kind: 'bad'; readonly message: string };

/** What a set is restored with. */
interface RestoreParts {
  readonly prepare: Prepare;
  readonly noteHooks: NoteHooks;
  /** ms since the epoch. */
  readonly at: number;
}

/** Makes ready to serve what was kept of a run before. Rejects when it cannot be prepared or noted. */
export async function restoreLive(
  kept: FileSet,
  { prepare, noteHooks, at }: RestoreParts,
): Promise<RestoredLive> {
  const { revision, files } = kept;
  const prepared = await prepare(files, null);
  const plan = planChanges(prepared, { live: null, mayPrune: true, sources: [] });
  if (plan.kind !== 'apply') {
    const problem = prepared.problems.find(({ severity }) => severity === 'error');
    const message = `The definitions kept of the last run are not good any more: ${problem?.message}`;
    return { kind: 'bad', message };
  }
  const { changes } = plan;
  const snapshot = await createSnapshot({ prepared, changes, revision, live: null, noteHooks, at });
  return { kind: 'good', live: { snapshot, files, sources: toServed(kept, { files, held: [] }).sources } };
}

/** The revision at which each source was read of what is live. */
export function toRevisions(live: LiveSet | null): ReadonlyMap<string, string> {
  return new Map([...(live?.sources ?? [])].map(([name, { revision }]) => [name, toReadRevision(revision)]));
}
