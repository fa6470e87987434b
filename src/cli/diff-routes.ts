import { OWN_SOURCE } from '../catalogue/built-in.ts';
import { toSeenEvent } from '../catalogue/change-names.ts';
import type { HookEvent } from '../event.ts';
import { createGates, findStop } from '../gate/gates.ts';
import { createLookUp, type LookUp } from '../intake/look-up.ts';
import { toEvent } from '../intake/to-event.ts';
import { matchHooks } from '../match/match.ts';
import { compareTexts } from '../order.ts';
import { toLiveHook } from '../reconcile/apply.ts';
import type { Prepared } from '../reconcile/prepare.ts';
import type { LiveHook } from '../reconcile/snapshot.ts';
import { buildIndex } from '../registry/hook-index.ts';

/** An event that would go elsewhere, or on which a filter fails. Hooks are named, in order. */
export interface MovedEvent {
  readonly id: string;
  readonly source: string;
  readonly event: string;
  /** Hooks it is for on the later side only. */
  readonly added: readonly string[];
  /** Hooks it is for on the earlier side only. */
  readonly removed: readonly string[];
  /** Hooks whose filter cannot be worked out on it, by side. */
  readonly failing: { readonly before: readonly string[]; readonly after: readonly string[] };
  /** Why intake would refuse it, by side; null where it would not. */
  readonly refused: { readonly before: string | null; readonly after: string | null };
}

/** What becomes of recorded events on both sides. */
export interface EventDiff {
  readonly replayed: number;
  /** Events that neither side would take in. */
  readonly unknown: number;
  /** In the order they were replayed. */
  readonly moved: readonly MovedEvent[];
}

/** The two sides of a replay. */
export interface RouteSides {
  readonly before: Prepared;
  readonly after: Prepared;
  /** The later id of a hook by its earlier one, where a hook was renamed. */
  readonly renamed: ReadonlyMap<string, string>;
}

/** Where an event goes on one side. */
interface Route {
  /** Name by id. */
  readonly hooks: ReadonlyMap<string, string>;
  readonly failing: readonly string[];
  readonly refused: string | null;
}

/** No definition that is compared has a receiver yet that could be gone. */
const GATES = createGates(() => false);
/** Neither match nor gates look at when a hook was seen. */
const NEVER = { createdAt: 0, updatedAt: 0 };
const NOTHING: Route = { hooks: new Map(), failing: [], refused: null };

/**
 * Replays events through intake, match and the gates that keep no state (enabled, filter) of both sides. What on_change,
 * snooze and a receiver that is gone would have stopped counts as going through.
 */
export function diffRoutes(events: readonly HookEvent[], sides: RouteSides): EventDiff {
  const before = createRouter(sides.before);
  const after = createRouter(sides.after);
  const routes = events.map((event) => ({ event, before: before(event), after: after(event) }));
  return {
    replayed: events.length,
    unknown: routes.filter((one) => one.before.refused !== null && one.after.refused !== null).length,
    moved: routes.flatMap((one) => toMoved(one, sides.renamed)),
  };
}

function createRouter({ hooks, catalogue }: Prepared): (event: HookEvent) => Route {
  const index = buildIndex(hooks.map((hook) => toLiveHook(hook, '', NEVER)));
  const lookUp = createLookUp(catalogue);
  return (event) => {
    // Hookline's own events come in by no request, so none is refused.
    const refused = event.source === OWN_SOURCE ? null : toRefusal(event, lookUp);
    return refused === null ? toRoute(matchHooks(index, event), event) : { ...NOTHING, refused };
  };
}

/** Why a server would not take an event that is sent again, its id and time too. */
function toRefusal(event: HookEvent, lookUp: LookUp): string | null {
  const { attributes, ...sent } = event;
  const intaken = toEvent(sent, { lookUp, now: 0, defaultId: null, sender: null, attributes });
  return intaken.kind === 'refused' ? intaken.message : null;
}

function toRoute(matched: readonly LiveHook[], event: HookEvent): Route {
  const judged = matched.map((hook) => ({
    name: hook.definition.name,
    id: hook.definition.id,
    stop: findStop(GATES, hook, toSeenEvent(event, hook.definition.event)),
  }));
  const passed = judged.filter(({ stop }) => stop === null);
  const failing = judged.filter(({ stop }) => stop?.reason === 'filter_error');
  return {
    hooks: new Map(passed.map(({ id, name }) => [id, name])),
    failing: failing.map(({ name }) => name),
    refused: null,
  };
}

function toMoved(
  { event, before, after }: { readonly event: HookEvent; readonly before: Route; readonly after: Route },
  renamed: ReadonlyMap<string, string>,
): readonly MovedEvent[] {
  const known = new Set([...before.hooks.keys()].map((id) => renamed.get(id) ?? id));
  const added = [...after.hooks].filter(([id]) => !known.has(id)).map(([, name]) => name);
  const removed = [...before.hooks]
    .filter(([id]) => !after.hooks.has(renamed.get(id) ?? id))
    .map(([, name]) => name);
  const isRefusedByOne = (before.refused === null) !== (after.refused === null);
  const says = [added, removed, before.failing, after.failing].some((names) => names.length > 0);
  if (!says && !isRefusedByOne) return [];
  return [
    {
      id: event.id,
      source: event.source,
      event: event.event,
      added: added.sort(compareTexts),
      removed: removed.sort(compareTexts),
      failing: { before: before.failing, after: after.failing },
      refused: { before: before.refused, after: after.refused },
    },
  ];
}
