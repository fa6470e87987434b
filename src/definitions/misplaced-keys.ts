import hookSchema from '../../schemas/event-hook.schema.json' with { type: 'json' };
import sourceSchema from '../../schemas/event-source.schema.json' with { type: 'json' };
import type { JsonObject } from '../event.ts';
import { HANDLERS, type HandlerName } from './definition.ts';
import type { SchemaMistake } from './schema-messages.ts';
import { toShownKey } from './shown.ts';

const HOOK_KEYS = Object.keys(hookSchema.properties);
const SOURCE_KEYS = Object.keys(sourceSchema.properties).filter((key) => !HOOK_KEYS.includes(key));

/** Keys of headers that are taken for keys of a config. */
const HEADER = /^(accept|authorization|user-agent|content-.+|x-.+)$/i;

/** Where keys belong that stand elsewhere: said once of all of them. */
interface Home {
  readonly message: (keys: string) => string;
  readonly hint: string;
  /** Whether a key that is missing is one that stands elsewhere. */
  readonly explains: (missing: SchemaMistake, keys: readonly string[]) => boolean;
}

/** A key that is not known where it stands, and where it belongs. */
interface Misplaced {
  readonly mistake: SchemaMistake;
  readonly key: string;
  readonly home: Home;
}

/** Says of keys of a hook that are known elsewhere where they belong, and leaves out what is missing for that reason. */
export function settleMisplaced(
  mistakes: readonly SchemaMistake[],
  hook: JsonObject,
): readonly SchemaMistake[] {
  const misplaced = mistakes.flatMap((mistake) => toMisplaced(mistake, hook) ?? []);
  const groups = [...Map.groupBy(misplaced, ({ home }) => home).values()];
  const isSettled = (mistake: SchemaMistake): boolean =>
    misplaced.some((one) => one.mistake === mistake) || groups.some((group) => isExplained(mistake, group));
  return [...mistakes.filter((mistake) => !isSettled(mistake)), ...groups.flatMap(toOne)];
}

function toMisplaced(mistake: SchemaMistake, hook: JsonObject): Misplaced | null {
  const [first, second] = mistake.path;
  if (mistake.code !== 'unknown_key' || mistake.path.length > 2) return null;
  const home =
    mistake.path.length === 1
      ? toHomeOfKey(String(first), hook)
      : first === 'config'
        ? toHomeInConfig(String(second), hook)
        : null;
  return home === null ? null : { mistake, key: String(mistake.path.at(-1)), home };
}

/** Null: it is known nowhere else. */
function toHomeOfKey(key: string, { source, handler }: JsonObject): Home | null {
  if (source === undefined && handler === undefined && SOURCE_KEYS.includes(key)) return EVENT_SOURCE;
  return toHandlers(handler).some((one) => keysOf(one).includes(key)) ? IN_CONFIG : null;
}

function toHomeInConfig(key: string, { handler }: JsonObject): Home | null {
  if (HOOK_KEYS.includes(key)) return BESIDE_CONFIG;
  const other = HANDLERS.find((one) => keysOf(one).includes(key));
  if (other !== undefined) return IN_OTHER[other];
  return toHandlers(handler).some((one) => keysOf(one).includes('headers')) && HEADER.test(key)
    ? IN_HEADERS
    : null;
}

/** The handlers a hook may have meant. */
function toHandlers(handler: unknown): readonly HandlerName[] {
  const named = HANDLERS.filter((one) => one === handler);
  return named.length > 0 ? named : HANDLERS;
}

function keysOf(handler: HandlerName): readonly string[] {
  return Object.keys(hookSchema.$defs[handler].properties);
}

const IN_CONFIG: Home = {
  message: (keys) => `${keys} beside "config", not in it`,
  hint: 'Write below config:, indented by two spaces more',
  explains: ({ path, missing = '' }, keys) =>
    path.length === 0 ? missing === 'config' : path[0] === 'config' && keys.includes(missing),
};

const BESIDE_CONFIG: Home = {
  message: (keys) => `${keys} in "config", not beside it`,
  hint: 'Indent like config: itself',
  explains: ({ path, missing = '' }, keys) => path.length === 0 && keys.includes(missing),
};

const IN_HEADERS: Home = {
  message: (keys) => `${keys} in "config", not in its "headers"`,
  hint: 'Write below headers:, indented by two spaces more',
  explains: () => false,
};

const EVENT_SOURCE: Home = {
  message: (keys) => `${keys} in a hook, not in an event source`,
  hint: 'Say kind: EventSource',
  explains: ({ path }) => path.length === 0,
};

const IN_OTHER = Object.fromEntries(
  HANDLERS.map((handler): [string, Home] => [
    handler,
    {
      message: (keys) => `${keys} in "config" of another handler`,
      hint: `handler: ${handler} takes it`,
      explains: ({ path }) => path[0] === 'config',
    },
  ]),
) as Readonly<Record<HandlerName, Home>>;

function isExplained(mistake: SchemaMistake, group: readonly Misplaced[]): boolean {
  if (mistake.missing === undefined) return false;
  const keys = group.map(({ key }) => key);
  return group.some(({ home }) => home.explains(mistake, keys));
}

/** One mistake for all keys that belong to one place, at the first of them. */
function toOne(group: readonly Misplaced[]): readonly SchemaMistake[] {
  const [first] = group;
  if (first === undefined) return [];
  const keys = group.map(({ key }) => `"${toShownKey(key)}"`).join(', ');
  const { hint, message } = first.home;
  const said = message(group.length === 1 ? `Key ${keys} stands` : `Keys ${keys} stand`);
  return [{ ...first.mistake, message: said, hint }];
}
