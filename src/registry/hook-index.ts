import { toNarrowerNames } from '../catalogue/change-names.ts';
import { compareTexts } from '../order.ts';
import type { LiveHook } from '../reconcile/snapshot.ts';

/** The hooks of one source: those for every event, and for each event that a hook names, all that match it. */
interface SourceIndex {
  readonly everyEvent: readonly LiveHook[];
  readonly byEvent: ReadonlyMap<string, readonly LiveHook[]>;
}

/** Finds hooks by what is asked about them, in a time that does not grow with their number. */
export interface HookIndex {
  readonly bySource: ReadonlyMap<string, SourceIndex>;
  readonly byId: ReadonlyMap<string, LiveHook>;
  readonly byName: ReadonlyMap<string, LiveHook>;
}

/** Indexes the hooks of a snapshot; each list keeps their order. */
export function buildIndex(hooks: readonly LiveHook[]): HookIndex {
  const bySource = new Map<string, SourceIndex>();
  for (const [source, group] of Map.groupBy(hooks, (hook) => hook.definition.source)) {
    bySource.set(source, indexSource(source, group));
  }
  return {
    bySource,
    byId: new Map(hooks.map((hook) => [hook.definition.id, hook])),
    byName: new Map(hooks.map((hook) => [hook.definition.name, hook])),
  };
}

function indexSource(source: string, hooks: readonly LiveHook[]): SourceIndex {
  const everyEvent = hooks.filter((hook) => hook.definition.event === null);
  const named = new Map<string, LiveHook[]>();
  const add = (event: string, hook: LiveHook): void => {
    const group = named.get(event);
    if (group === undefined) named.set(event, [hook]);
    else group.push(hook);
  };
  for (const hook of hooks) {
    const { event } = hook.definition;
    if (event === null) continue;
    for (const name of [event, ...toNarrowerNames(source, event)]) add(name, hook);
  }
  const byEvent = new Map<string, readonly LiveHook[]>();
  for (const [event, group] of named) byEvent.set(event, mergeInOrder(group, everyEvent));
  return { everyEvent, byEvent };
}

/** Both lists are in the order of names; so is the merged one. */
function mergeInOrder(named: readonly LiveHook[], everyEvent: readonly LiveHook[]): readonly LiveHook[] {
  if (everyEvent.length === 0) return named;
  return [...named, ...everyEvent].sort((a, b) => compareTexts(a.definition.name, b.definition.name));
}
