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
  /** Remembers that the receiver of a hook is gone for good: it holds for as long as the definition has this digest. */
  markGone(hook: { readonly hookId: string; readonly digest: string }): void;
  isGone(hook: LiveHook): boolean;
  /** The live hook of this id if it may run: it is switched on and its receiver is not gone. */
  findRunnable(id: string): LiveHook | null;
  /** The live hook with this id or, if there is none, this name. */
  find(idOrName: string): LiveHook | null;
}

/** An empty registry. */
export function createRegistry(): Registry {
  let live: LiveSnapshot | null = null;
  /** Digest of the definition whose receiver is gone, by hook id. */
  const gone = new Map<string, string>();
  const isGone = ({ definition, digest }: LiveHook): boolean => gone.get(definition.id) === digest;
  return {
    current: () => live,
    swap(snapshot) {
      live = Object.freeze({ ...snapshot, index: buildIndex(snapshot.hooks) });
    },
    markGone: ({ hookId, digest }) => gone.set(hookId, digest),
    isGone,
    findRunnable(id) {
      const hook = live?.index.byId.get(id) ?? null;
      return hook?.definition.enabled && !isGone(hook) ? hook : null;
    },
    find: (idOrName) => live?.index.byId.get(idOrName) ?? live?.index.byName.get(idOrName) ?? null,
  };
}
