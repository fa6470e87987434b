import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { CatalogueEvent } from '../definitions/event-source.ts';

/** Events of one source by name. */
export type SourceEvents = ReadonlyMap<string, CatalogueEvent>;

/** The source of Hookline's own events. */
export const OWN_SOURCE = 'hookline';

/** The shape of the built-in files. */
interface BuiltInFile {
  readonly sources: Readonly<
    Record<string, { readonly events?: Events; readonly names?: readonly string[]; readonly each?: Events }>
  >;
}
type Events = Readonly<Record<string, CatalogueEvent>>;

/** The sources every Hookline knows: Kong Gateway's and its own. */
export const BUILT_IN: ReadonlyMap<string, SourceEvents> = new Map(
  ['kong.yaml', 'hookline.yaml'].flatMap(readSources),
);

function readSources(name: string): readonly (readonly [string, SourceEvents])[] {
  const { sources } = parse(readFileSync(new URL(name, import.meta.url), 'utf8')) as BuiltInFile;
  return Object.entries(sources).map(([source, { events = {}, names = [], each = {} }]) => {
    const expanded = names.flatMap((entry) =>
      Object.entries(each).map(([pattern, event]) => [pattern.replace('{}', entry), event] as const),
    );
    return [source, new Map([...Object.entries(events), ...expanded])];
  });
}
