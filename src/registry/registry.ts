import type { LiveHook, Snapshot } from '../reconcile/snapshot.ts';
import { buildIndex, type HookIndex } from './hook-index.ts';

/** A snapshot with what makes it quick to ask. */
export interface LiveSnapshot extends Snapshot {
  readonly index: HookIndex;
}

/** Holds the one live snapshot. Readers take it once per event, so that no event sees two. */
export interface Registry {
  /** Null until the first good snapshot. */
  current(): LiveSnapshot | null;
  /** Makes a snapshot live in one step. */
  swap(snapshot: Snapshot): void;
  /** The live hook with this id or, if there is none, this name. */
  find(idOrName: string): LiveHook | null;
}

/** An empty registry. */
export function createRegistry(): Registry {
  let live: LiveSnapshot | null = null;
  return {
    current: () => live,
    swap(snapshot) {
      live = Object.freeze({ ...snapshot, index: buildIndex(snapshot.hooks) });
    },
    find: (idOrName) => live?.index.byId.get(idOrName) ?? live?.index.byName.get(idOrName) ?? null,
  };
}
