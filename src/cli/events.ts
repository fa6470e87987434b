import { statSync } from 'node:fs';
import { buildCatalogue } from '../catalogue/build.ts';
import { BUILT_IN } from '../catalogue/built-in.ts';
import type { Catalogue } from '../catalogue/catalogue.ts';
import { checkEvent } from '../catalogue/checks.ts';
import { sampleData } from '../catalogue/sample-event.ts';
import { count } from '../count.ts';
import type { CatalogueEvent } from '../definitions/event-source.ts';
import { toHint } from '../definitions/suggest.ts';
import { HooklineError } from '../errors.ts';
import { type CommandContext, type ExitCode, writeJson, writeLine } from './command.ts';
import { DEFAULT_DIR } from './options.ts';
import { toColumns } from './print.ts';
import { toPrintable } from './printable.ts';
import { readDefinitions } from './read-definitions.ts';

/** What `events` is asked for. */
export interface EventsOptions {
  /** Null: which there are. */
  readonly source: string | null;
  readonly event: string | null;
  /** Where sources are declared; null: `hooks.d`, if it is there. */
  readonly dir: string | null;
  readonly json: boolean;
}

/** Shows what hooks can be declared on: sources, the events of one, or one event with its fields and a sample of it. */
export async function showEvents(options: EventsOptions, context: CommandContext): Promise<ExitCode> {
  const catalogue = await readCatalogue(options, context);
  const shown = toShown(catalogue, options);
  if (options.json) writeJson(context.stdout, shown.value);
  else for (const line of shown.lines) writeLine(context.stdout, toPrintable(line));
  return 0;
}

async function readCatalogue({ dir }: EventsOptions, { stdin }: CommandContext): Promise<Catalogue> {
  const isThere = dir !== null || (statSync(DEFAULT_DIR, { throwIfNoEntry: false })?.isDirectory() ?? false);
  const files = isThere ? await readDefinitions(dir ?? DEFAULT_DIR, stdin) : [];
  return buildCatalogue(files.flatMap(({ definitions }) => definitions)).catalogue;
}

/** The same twice: for a person and for a script. */
interface Shown {
  readonly lines: readonly string[];
  readonly value: unknown;
}

function toShown(catalogue: Catalogue, { source, event }: EventsOptions): Shown {
  const { sources } = catalogue;
  if (source === null) return showSources(sources);
  const events = sources.get(source);
  if (events === undefined)
    throw unknown(`source '${source}' is not registered`, toHint(source, [...sources.keys()]));
  if (event === null) return showSource(source, events);
  const checked = checkEvent(catalogue, source, event);
  if (checked.kind === 'unknown') throw unknown(checked.message, checked.hint);
  return showEvent({ source, event, entry: checked.entry });
}

function unknown(message: string, hint: string | null): HooklineError {
  return new HooklineError('not_found', hint === null ? message : `${message}. ${hint}`);
}

function showSources(sources: Catalogue['sources']): Shown {
  const rows = [...sources].map(
    ([name, events]) => [name, count(events.size, 'event'), toOrigin(name)] as const,
  );
  return {
    lines: toColumns(rows),
    value: Object.fromEntries([...sources].map(([name, { size }]) => [name, size])),
  };
}

function toOrigin(source: string): string {
  return BUILT_IN.has(source) ? 'built in' : 'declared';
}

function showSource(source: string, events: ReadonlyMap<string, CatalogueEvent>): Shown {
  const rows = [...events].map(([name, { description = '' }]) => [name, description] as const);
  return { lines: toColumns(rows), value: { source, events: Object.fromEntries(events) } };
}

interface ShownEvent {
  readonly source: string;
  readonly event: string;
  readonly entry: CatalogueEvent;
}

function showEvent({ source, event, entry }: ShownEvent): Shown {
  const { description = '', fields = [], unique = [], schema } = entry;
  const data = sampleData(event, entry);
  const sample = data === null ? null : { source, event, data };
  const facts: readonly (readonly [string, string])[] = [
    ['fields', fields.join(', ')],
    ['unique', unique.join(', ')],
    ['schema', schema === undefined ? '' : JSON.stringify(schema)],
  ];
  return {
    lines: [
      `${source} ${event}`,
      ...(description === '' ? [] : [description]),
      ...toColumns(facts.filter(([, value]) => value !== '')),
      '',
      ...(sample === null
        ? ['No sample could be made up that fits the schema: it gives no examples']
        : JSON.stringify(sample, null, 2).split('\n')),
    ],
    value: { ...entry, source, event, sample },
  };
}
