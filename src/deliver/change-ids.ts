import { v5 as uuidv5 } from 'uuid';
import type { SourceState } from '../definitions/reader.ts';
import type { ChangedHook } from '../reconcile/changed-hooks.ts';

/** A set that went live, and where its sources stand. */
export interface SetRevisions {
  readonly revision: string;
  readonly sources: readonly Pick<SourceState, 'name' | 'revision'>[];
}

const ID_NAMESPACE = '8b0a6f8e-6a51-4d0f-9a35-0d1b6f6a2f6e';
/** Changes that are remembered, the newest. */
const MAX_SEEN = 10_000;

/**
 * Gives each change of a hook an id: receivers tell by it what they got before. It comes from the hook, what became of it
 * and the revision of its source, so that the same change has the same id in every replica and after a restart; in a set
 * of several sources the others do not matter. A change that is like one before in all of that (a directory with the files
 * it had earlier, a branch that was reset) is another change and gets another id.
 *
 * What it does not promise: replicas that see a change at different revisions, since one of them missed a commit or was
 * restarted between two changes that are alike, give it different ids, and the receiver hears of it more than once. After
 * a restart a change that is like one of before has the id of that one.
 */
export class ChangeIds {
  /** How often each change was seen, the one seen last at the end. */
  readonly #seen = new Map<string, number>();

  /** The id of a change, which is new: asked again, it answers another. */
  next({ hook, operation }: ChangedHook, set: SetRevisions): string {
    const { definition, digest, origin } = hook;
    const own = set.sources.find(({ name }) => name === origin.owner)?.revision ?? set.revision;
    const change = uuidv5(JSON.stringify([definition.id, operation, digest, own]), ID_NAMESPACE);
    const before = this.#seen.get(change) ?? 0;
    this.#remember(change, before + 1);
    return before === 0 ? change : uuidv5(`${before}`, change);
  }

  #remember(change: string, times: number): void {
    this.#seen.delete(change);
    this.#seen.set(change, times);
    if (this.#seen.size <= MAX_SEEN) return;
    for (const oldest of this.#seen.keys().take(1)) this.#seen.delete(oldest);
  }
}
