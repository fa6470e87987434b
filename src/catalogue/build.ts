import type { LoadedDefinition, Origin } from '../definitions/definition.ts';
import type { CatalogueEvent, EventSource } from '../definitions/event-source.ts';
import { toProblem as toFileProblem } from '../definitions/file-problems.ts';
import type { Problem } from '../definitions/problem.ts';
import { isSameFile } from '../definitions/same-file.ts';
import { BUILT_IN, OWN_SOURCE } from './built-in.ts';
import type { Catalogue } from './catalogue.ts';
import { type CloudEventNames, createCloudEventNames } from './cloud-event-names.ts';
import { type CloudEventRule, toRuleKey, toRules } from './cloud-event-rules.ts';

/** The event of a schedule. */
export const TICK = 'tick';
const TICK_EVENT: CatalogueEvent = {
  description: 'The schedule of the source was due',
  fields: ['scheduled_at', 'missed'],
};

/** A declared source and where it is declared. */
export interface DeclaredSource {
  readonly source: EventSource;
  readonly origin: Origin;
}

/** Declared sources by their names. */
export type Declared = ReadonlyMap<string, DeclaredSource>;

/** A catalogue with what is wrong with the declared sources it was to be made of. */
export interface BuiltCatalogue {
  readonly catalogue: Catalogue;
  readonly declared: Declared;
  readonly problems: readonly Problem[];
}

/**
 * Merges declared sources with the built-in ones. A declared source may add events to a built-in one, as Kong's own
 * plugins do; it may not change one that is there, nor touch Hookline's own source. Of two that declare one source, the
 * one in the file it is live from has it; else the first does.
 */
export function buildCatalogue(
  definitions: readonly LoadedDefinition[],
  live: Declared = new Map(),
): BuiltCatalogue {
  const all = definitions.flatMap(toDeclaration);
  const owners = findOwners(all, live);
  const sources = new Map(BUILT_IN);
  for (const [name, { source }] of owners) {
    const events = Object.entries(toAllEvents(source));
    // A gateway brings in events of built-in sources: its own name is no source to declare hooks on.
    if (events.length > 0) sources.set(name, new Map([...(sources.get(name) ?? []), ...events]));
  }
  const ruled = findRules([...owners.values()], live);
  return {
    catalogue: { sources, nameCloudEvent: ruled.nameCloudEvent },
    declared: new Map(
      [...owners].map(([name, { source, loaded }]) => [name, { source, origin: loaded.origin }]),
    ),
    problems: [...all.flatMap((one) => findProblems(one, owners.get(one.source.name))), ...ruled.problems],
  };
}

/** A declared source, with what is wrong with it whatever others say. */
interface Declaration {
  readonly source: EventSource;
  readonly loaded: LoadedDefinition;
  readonly mistakes: readonly Mistake[];
}

type DeclaredRule = CloudEventRule & { readonly loaded: LoadedDefinition };

type Mistake = Pick<Problem, 'code' | 'message'> & {
  readonly path: readonly string[];
  readonly hint?: string | null;
};

/** Every event of a source, those it has without saying so first. */
export function toAllEvents({ schedule, events }: EventSource): EventSource['events'] {
  return schedule === null ? events : { [TICK]: TICK_EVENT, ...events };
}

function toDeclaration(loaded: LoadedDefinition): readonly Declaration[] {
  const { definition: source } = loaded;
  return source.kind === 'EventSource' ? [{ source, loaded, mistakes: findOwnMistakes(source) }] : [];
}

/** Whether a source is declared where it is live from. */
function isLive({ source, loaded }: Declaration, live: Declared): boolean {
  return isSameFile(loaded.origin, live.get(source.name)?.origin);
}

function findOwners(all: readonly Declaration[], live: Declared): ReadonlyMap<string, Declaration> {
  const owners = new Map<string, Declaration>();
  for (const one of all) {
    const other = owners.get(one.source.name);
    if (one.mistakes.length > 0 || (other !== undefined && (isLive(other, live) || !isLive(one, live))))
      continue;
    owners.set(one.source.name, one);
  }
  return owners;
}

function findProblems(one: Declaration, owner: Declaration | undefined): readonly Problem[] {
  const { source, loaded, mistakes } = one;
  if (mistakes.length > 0) return mistakes.map((mistake) => toProblem(loaded, mistake));
  if (owner === undefined || owner === one) return [];
  const { file, line } = owner.loaded.origin;
  const message = `Duplicate source "${source.name}": ${file}:${line} declares it already`;
  return [toProblem(loaded, { code: 'source_duplicate', path: ['name'], message })];
}

function findOwnMistakes(source: EventSource): readonly Mistake[] {
  const { name, events, kong } = source;
  if (name === OWN_SOURCE)
    return [{ code: 'source_reserved', path: ['name'], message: `Source "${name}" is Hookline's own` }];
  if (kong === null && Object.keys(toAllEvents(source)).length === 0) {
    const message = `Source "${name}" has no event: nothing could ever come of it`;
    return [{ code: 'source_empty', path: [], message, hint: 'Declare one: events: { NAME: {} }' }];
  }
  return Object.keys(events)
    .filter((event) => BUILT_IN.get(name)?.has(event))
    .map((event) => ({
      code: 'source_reserved',
      path: ['events', event],
      message: `Event "${event}" of source "${name}" is built in: only events it does not have can be added`,
    }));
}

/** How CloudEvents are named, and each rule that another source has already: the one that is live has it, or the first. */
function findRules(
  owners: readonly Declaration[],
  live: Declared,
): { readonly nameCloudEvent: CloudEventNames; readonly problems: readonly Problem[] } {
  const rules = new Map<string, DeclaredRule>();
  const problems = owners
    .toSorted((a, b) => Number(isLive(b, live)) - Number(isLive(a, live)))
    .flatMap(({ source, loaded }) =>
      toRules(source).flatMap((own) => {
        const rule = { ...own, loaded };
        const first = rules.get(toRuleKey(rule));
        if (first === undefined) rules.set(toRuleKey(rule), rule);
        return first === undefined ? [] : [toProblem(loaded, toRuleMistake(rule, first))];
      }),
    );
  const patterns = owners.flatMap(({ source: { name, cloudevents } }) =>
    cloudevents === null ? [] : [[name, cloudevents.source] as const],
  );
  return { nameCloudEvent: createCloudEventNames([...rules.values()], new Map(patterns)), problems };
}

function toRuleMistake({ from, type, path }: DeclaredRule, first: DeclaredRule): Mistake {
  const which = from === null ? `type "${type}"` : `source "${from}" and type "${type}"`;
  const { file, line } = first.loaded.origin;
  const message = `Duplicate pattern: CloudEvents of ${which} are ${first.source} ${first.event ?? '*'} already (${file}:${line})`;
  return { code: 'cloudevents_duplicate', path, message };
}

function toProblem(
  { origin, locate }: LoadedDefinition,
  { path, hint = null, ...mistake }: Mistake,
): Problem {
  return toFileProblem(origin, { ...mistake, path, hint, ...locate(path, true) });
}
