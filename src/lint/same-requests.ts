import { digestJson } from '../canonical-json.ts';
import type { EventHook, LoadedDefinition } from '../definitions/definition.ts';
import type { Problem } from '../definitions/problem.ts';
import { compareTexts } from '../order.ts';
import { toProblem } from './finding.ts';

/** A hook with where it came from, and what its request is. */
export interface Requesting {
  readonly hook: EventHook;
  readonly loaded: LoadedDefinition;
  /** With what toRequestIdentity answers; kept, since it follows from the definition alone. */
  readonly compiled: { readonly request: string | null };
}

/**
 * Tells which hooks would send the same request for an event that both are for: same source, filter, handler and config.
 * How a receiver is verified and what the config was filled in from make no other request of it. Null for a hook that
 * sends none, or is switched off.
 */
export function toRequestIdentity({ enabled, source, filter, handler, config }: EventHook): string | null {
  if (!enabled || (handler !== 'webhook' && handler !== 'webhook-custom')) return null;
  const headers = Object.entries(config.headers).map(([name, value]) => [name.toLowerCase(), value]);
  const request = { ...config, headers: Object.fromEntries(headers), preset: null, ssl_verify: null };
  return digestJson({ source, filter: filter?.trim() ?? null, handler, request });
}

/** Finds hooks that would send what another sends already, for one event or for all of them; each names the first. */
export function findSameRequests(hooks: readonly Requesting[]): readonly Problem[] {
  const sending = hooks.filter(({ compiled }) => compiled.request !== null);
  return [...Map.groupBy(sending, ({ compiled }) => compiled.request).values()].flatMap((same) =>
    same.length === 1 ? [] : findAmong(same.toSorted(byPlace)),
  );
}

/** Of hooks with one request, in the order of their places. Those that are the first for their events are kept. */
function findAmong([first, ...others]: readonly Requesting[]): readonly Problem[] {
  if (first === undefined) return [];
  let everyEvent = first.hook.event === null ? first : null;
  const byEvent = new Map([[first.hook.event, first]]);
  return others.flatMap((one) => {
    const { event } = one.hook;
    const earlier = event === null ? first : (byEvent.get(event) ?? everyEvent);
    if (event === null) everyEvent ??= one;
    if (earlier === null) byEvent.set(event, one);
    // Of two with one name there is an error to mend first.
    return earlier === null || earlier.hook.name === one.hook.name ? [] : [toDuplicate(one, earlier)];
  });
}

function toDuplicate({ hook, loaded }: Requesting, { hook: first, loaded: { origin } }: Requesting): Problem {
  const events = hook.event ?? first.event;
  const which = events === null ? `every event of "${hook.source}"` : `"${events}" of "${hook.source}"`;
  return toProblem(loaded, {
    code: 'request_duplicate',
    path: ['config', 'url'],
    message: `Sends the same request as "${first.name}" (${origin.file}:${origin.line}) for ${which}: the receiver gets it twice`,
    hint: 'Remove one of them, or have their filters tell events apart',
  });
}

function byPlace({ loaded: { origin: a } }: Requesting, { loaded: { origin: b } }: Requesting): number {
  return compareTexts(a.file, b.file) || a.line - b.line;
}
