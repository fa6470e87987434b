import { isDeepStrictEqual } from 'node:util';
import { stringify } from 'yaml';
import type { EventHook } from '../definitions/definition.ts';
import { loadFile, toUnownedPlace } from '../definitions/load-file.ts';
import type { Problem } from '../definitions/problem.ts';
import { isJsonObject, type JsonObject } from '../event.ts';
import { collapsePreset } from '../presets/expand.ts';

/** The keys of a hook in the order people write them; any other comes after these. */
const ORDER = [
  'name',
  'id',
  'description',
  'labels',
  'enabled',
  'source',
  'event',
  'filter',
  'on_change',
  'snooze',
  'handler',
  'config',
  'timeout',
  'concurrency',
  'rate',
  'ordered',
  'retry',
];
/** Written whatever their value: they have no default, or one that should be said. */
const ALWAYS = new Set(['name', 'source', 'handler', 'url', 'method', 'functions', 'ssl_verify']);
/** What a handler's config cannot be without, and the preset, which has defaults of its own. */
const NEEDED = ['preset', 'url', 'method', 'functions'];

/** A hook as a file would declare it: complete definitions have every default, files only what differs. */
export function toDeclaration(definition: EventHook): JsonObject {
  // It was validated as JSON; an interface has no index signature, so the compiler cannot know.
  const hook = definition as unknown as JsonObject;
  const bare = toBare(definition);
  const declared = withoutDefaults(hook, bare);
  const defaults = { ...toObject(bare.config), preset: null };
  const config = collapsePreset(withoutDefaults(definition.config as JsonObject, defaults));
  const retry = isJsonObject(declared.retry) ? { retry: withoutNulls(declared.retry) } : {};
  return inOrder({ ...declared, ...retry, config: Object.keys(config).length === 0 ? null : config });
}

/** The same hook with nothing but what it must say, as it is once loaded: its defaults. */
function toBare({ name, source, handler, config }: EventHook): JsonObject {
  const needed = Object.entries(config).filter(([key]) => NEEDED.includes(key));
  const { definition } = loadDeclaration({ name, source, handler, config: Object.fromEntries(needed) });
  return (definition ?? {}) as JsonObject;
}

function withoutDefaults(value: JsonObject, defaults: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(value).filter(([key, item]) => ALWAYS.has(key) || !isDeepStrictEqual(item, defaults[key])),
  );
}

function inOrder(hook: JsonObject): JsonObject {
  const rank = (key: string): number => (ORDER.includes(key) ? ORDER.indexOf(key) : ORDER.length);
  const entries = Object.entries(withoutNulls(hook));
  return Object.fromEntries(entries.sort(([a], [b]) => rank(a) - rank(b)));
}

/** An object without the keys that are null: null says of a key of a hook that it has its default. */
export function withoutNulls(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));
}

function toObject(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}

/** Loads a declaration as the file it would be; `definition` is null when `problems` has an error. */
export function loadDeclaration(
  declaration: JsonObject,
  file = 'hook.yaml',
): { readonly definition: EventHook | null; readonly problems: readonly Problem[] } {
  const bytes = Buffer.from(toYaml(declaration));
  const { definitions, problems } = loadFile({ file, bytes, source: toUnownedPlace('request') });
  const [loaded] = definitions;
  return { definition: loaded?.definition.kind === 'EventHook' ? loaded.definition : null, problems };
}

/** A declaration as YAML, with its long lines as they are. */
export function toYaml(declaration: JsonObject): string {
  return stringify(declaration, { lineWidth: 0 });
}
