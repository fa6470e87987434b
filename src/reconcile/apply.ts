import type { Changes } from './plan.ts';
import type { Prepared, PreparedHook } from './prepare.ts';
import type { LiveHook, Snapshot } from './snapshot.ts';

/** When a hook was first seen and last changed, ms since the epoch. */
interface HookTimes {
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** Remembers hooks durably and answers the times of each, in order. */
export type NoteHooks = (
  sightings: readonly { readonly hookId: string; readonly hookName: string; readonly digest: string }[],
  at: number,
) => Promise<readonly HookTimes[]>;

/** What a snapshot is made of. */
interface SnapshotParts {
  readonly prepared: Prepared;
  readonly changes: Changes;
  readonly revision: string;
  readonly live: Snapshot | null;
  readonly noteHooks: NoteHooks;
  /** ms since the epoch. */
  readonly at: number;
}

/** Makes the snapshot of a prepared set. Only new and changed hooks are noted: the times of the others are known. */
export async function createSnapshot(parts: SnapshotParts): Promise<Snapshot> {
  const { prepared, changes, revision, live, noteHooks, at } = parts;
  const fresh = [...changes.created, ...changes.updated];
  const noted = await noteHooks(
    fresh.map(({ hook, compiled }) => ({ hookId: hook.id, hookName: hook.name, digest: compiled.digest })),
    at,
  );
  const times = new Map<string, HookTimes>((live?.hooks ?? []).map((hook) => [hook.definition.id, hook]));
  for (const [index, { hook }] of fresh.entries())
    times.set(hook.id, noted[index] ?? { createdAt: at, updatedAt: at });
  const hooks = prepared.hooks.map((hook) =>
    toLiveHook(hook, revision, times.get(hook.hook.id) ?? { createdAt: at, updatedAt: at }),
  );
  const { catalogue, declared } = prepared;
  return Object.freeze({ revision, hooks: Object.freeze(hooks), catalogue, declared });
}

/** A prepared hook as it is served under a revision. It is frozen: nothing changes a hook that is live. */
export function toLiveHook(
  { hook, loaded, compiled }: PreparedHook,
  revision: string,
  times: HookTimes,
): LiveHook {
  const { filter, templates, program, digest } = compiled;
  freezeTree(hook);
  const { createdAt, updatedAt } = times;
  return Object.freeze({
    definition: hook,
    origin: loaded.origin,
    revision,
    createdAt,
    updatedAt,
    filter,
    templates,
    program,
    digest,
  });
}

/** What was frozen once is frozen all the way down: an unchanged hook costs nothing. */
function freezeTree(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const item of Object.values(value)) freezeTree(item);
}
