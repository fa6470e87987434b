import input from '@inquirer/input';
import search from '@inquirer/search';
import select from '@inquirer/select';
import { buildCatalogue } from '../catalogue/build.ts';
import type { SourceEvents } from '../catalogue/built-in.ts';
import type { LoadedFile } from '../definitions/definition.ts';
import { HANDLERS } from '../definitions/definition.ts';
import { isReceiverUrl } from '../definitions/schema-validator.ts';
import { suggest } from '../definitions/suggest.ts';
import { toMessage } from '../errors.ts';
import { PRESET_NAMES } from '../presets/presets.ts';
import type { CommandContext } from './command.ts';
import { type Act, findUrl, toConfigText } from './new-config.ts';
import type { NewHook } from './new-hook.ts';
import { checkOutput, toDefaultOutput } from './new-output.ts';

/** What was said already; what is null is asked. */
export interface Said {
  readonly source: string | null;
  readonly event: string | null;
  readonly name: string | null;
  readonly url: string | null;
  readonly output: string | null;
  readonly dir: string;
}

/** A hook with the place it is written to. */
export interface PlacedHook {
  readonly hook: NewHook;
  readonly output: string;
}

/** Where questions are put, and what ends them. */
type Terminal = NonNullable<Parameters<typeof input>[1]>;

/** Asks for what was not said. Null when it was broken off. */
export async function askForHook(
  said: Said,
  { files, context }: { readonly files: readonly LoadedFile[]; readonly context: CommandContext },
): Promise<PlacedHook | null> {
  const { stdin, stderr, stopped } = context;
  const broken = new AbortController();
  void stopped.then(() => broken.abort());
  try {
    // What is asked goes where words for a person go, so that what is printed can be piped.
    return await ask(said, files, { input: stdin, output: stderr, signal: broken.signal });
  } catch (error) {
    if (error instanceof Error && BROKEN_OFF.has(error.name)) return null;
    throw error;
  }
}

/** What the prompts reject with on Ctrl-C, and when they are told to stop. */
const BROKEN_OFF = new Set(['ExitPromptError', 'AbortPromptError']);

async function ask(said: Said, files: readonly LoadedFile[], terminal: Terminal): Promise<PlacedHook> {
  const { sources } = buildCatalogue(files.flatMap(({ definitions }) => definitions)).catalogue;
  const act = await select({ message: 'What is the hook to do?', choices: toActs(), pageSize: 11 }, terminal);
  const source =
    said.source ??
    (await search(
      { message: 'Of which source?', source: (term) => find(term, [...sources.keys()]) },
      terminal,
    ));
  const event = said.event ?? (await askForEvent(source, { events: sources.get(source), terminal }));
  const url = said.url ?? (await askForUrl(act, terminal));
  const hook = { act, source, event, name: said.name, url };
  const output = said.output ?? (await askForOutput(toDefaultOutput(hook, said.dir), terminal));
  return { hook, output };
}

interface ActChoice {
  readonly name: string;
  readonly value: Act;
  readonly description: string;
}

function toActs(): readonly ActChoice[] {
  const presets = PRESET_NAMES.map((preset) => toChoice(preset, { kind: 'preset', preset }));
  return [...presets, ...HANDLERS.map((handler) => toChoice(handler, { kind: 'handler', handler }))];
}

/** The first line of a config says what it does. */
function toChoice(name: string, value: Act): ActChoice {
  const [first = ''] = toConfigText(value).head.split('\n');
  return { name, value, description: first.replaceAll(/^# |:$/g, '') };
}

/** Stands for null, which the list cannot hold. */
const EVERY_EVENT = 'every event';

async function askForEvent(
  source: string,
  { events, terminal }: { readonly events: SourceEvents | undefined; readonly terminal: Terminal },
): Promise<string | null> {
  const names = [EVERY_EVENT, ...(events?.keys() ?? [])];
  const event = await search(
    { message: `Which event of ${source}?`, source: (term) => find(term, names) },
    terminal,
  );
  return event === EVERY_EVENT ? null : event;
}

/** The names that have a text in them, first those that begin with it; when none has, the one that was probably meant. */
function find(term: string | undefined, names: readonly string[]): readonly string[] {
  if (term === undefined) return names;
  const at = (name: string): number => name.toLowerCase().indexOf(term.toLowerCase());
  const found = names.filter((name) => at(name) >= 0);
  const near = found.length > 0 ? null : suggest(term, names);
  return near === null ? found.toSorted((a, b) => Math.min(at(a), 1) - Math.min(at(b), 1)) : [near];
}

async function askForUrl(act: Act, terminal: Terminal): Promise<string | null> {
  const url = findUrl(toConfigText(act));
  if (url === null) return null;
  const validate = (text: string): true | string =>
    isReceiverUrl(text) || 'It is an http or https URL, or a reference such as {vault://env/NAME}';
  return input({ message: 'Where does it go?', default: url, validate }, terminal);
}

function askForOutput(output: string, terminal: Terminal): Promise<string> {
  const validate = (text: string): true | string => {
    try {
      checkOutput(text);
      return true;
    } catch (error) {
      return toMessage(error);
    }
  };
  return input({ message: 'Into which file (- prints it)?', default: output, validate }, terminal);
}
