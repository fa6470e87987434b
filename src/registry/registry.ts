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
  /**
   * Remembers that the receiver of a hook is gone for good: until the hook goes live with another digest. One that is
   * live with another already is left alone: false.
   */
  markGone(hook: { readonly hookId: string; readonly digest: string }): boolean;
  isGone(hook: LiveHook): boolean;
  /** The live hook of this id if it may run: it is switched on and its receiver is not gone. */
  findRunnable(id: string): LiveHook | null;
  /** The name the hook of this id has, or had when it was live last; null when it never was. */
  nameOf(id: string): string | null;
  /** The live hook with this id or, if there is none, this name. */
  find(idOrName: string): LiveHook | null;
}

/** An empty registry. */
export function createRegistry(): Registry {
  let live: LiveSnapshot | null = null;
  /** Digest of the definition whose receiver is gone, by hook id. */
  const gone = new Map<string, string>();
  const names = new Map<string, string>();
  const isGone = ({ definition, digest }: LiveHook): boolean => gone.get(definition.id) === digest;
  return {
    current: () => live,
    swap(snapshot) {
      live = Object.freeze({ ...snapshot, index: buildIndex(snapshot.hooks) });
      for (const hook of snapshot.hooks) {
        names.set(hook.definition.id, hook.definition.name);
        if (!isGone(hook)) gone.delete(hook.definition.id);
      }
    },
    markGone({ hookId, digest }) {
      const known = live?.index.byId.get(hookId);
      if (known !== undefined && known.digest !== digest) return false;
      gone.set(hookId, digest);
      return true;
    },
    isGone,
    findRunnable(id) {
      const hook = live?.index.byId.get(id) ?? null;
      return hook?.definition.enabled && !isGone(hook) ? hook : null;
    },
    nameOf: (id) => names.get(id) ?? null,
    find: (idOrName) => live?.index.byId.get(idOrName) ?? live?.index.byName.get(idOrName) ?? null,
  };
}
