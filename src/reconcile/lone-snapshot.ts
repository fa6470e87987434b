import { createSnapshot } from './apply.ts';
import { planChanges } from './plan.ts';
import type { Prepared } from './prepare.ts';
import type { Snapshot } from './snapshot.ts';

/** The snapshot that definitions make with nothing live before them, which is never served. Null: they have errors. */
export async function createLoneSnapshot(prepared: Prepared, revision: string): Promise<Snapshot | null> {
  const plan = planChanges(prepared, { live: null, mayPrune: true, sources: [] });
  if (plan.kind !== 'apply') return null;
  return createSnapshot({
    prepared,
    changes: plan.changes,
    revision,
    live: null,
    noteHooks: async (sightings, at) => sightings.map(() => ({ createdAt: at, updatedAt: at })),
    at: 0,
  });
}
