import { setImmediate } from 'node:timers/promises';
import type { JsonObject } from '../event.ts';
import { type AdminApi, askOfEach, type Entity } from './kong-admin.ts';
import { toEntityDigest, toShownEntity } from './kong-entities.ts';
import type { Row, Rows } from './kong-memory.ts';

/** What became of an entity since it was seen last. */
export interface Change {
  readonly operation: 'create' | 'update' | 'delete';
  readonly schema: string;
  readonly id: string;
  readonly entity: JsonObject;
  /** Null unless it is an update. */
  readonly oldEntity: JsonObject | null;
  /** Of what it is now, or was at last. */
  readonly digest: string;
}

/** One list of a gateway. */
export interface EntityList {
  /** Tells the lists of a gateway apart. */
  readonly path: string;
  /** Name of its entities. */
  readonly schema: string;
  readonly read: () => Promise<readonly Entity[]>;
  /** Whether an entity that is not in the list belongs there. */
  readonly holds: (entity: Entity) => Promise<boolean>;
  /** The path of one entity. */
  readonly pathOf: (id: string, entity: JsonObject) => string;
}

/** What a list is looked at with. */
export interface ListContext {
  readonly api: AdminApi;
  /** What was seen last; null: never. */
  readonly before: Rows | null;
  /** Of the digests. */
  readonly key: string;
  /** Whether it is believed that so many of so many are gone. */
  readonly isBelieved: (gone: number, known: number) => boolean;
}

/** So much of a list is missing that it is not believed yet. */
class LossError extends Error {
  override readonly name = 'LossError';
}

/** Entities that are gone through between two pauses, so that a long list never holds up deliveries. */
const BATCH = 200;
const NONE: Rows = new Map();

/**
 * Looks at a list and finds what changed; the first time it only remembers. What is missing from the list is gone only when
 * the gateway says so when it is asked for it by itself: a list that changes while its pages are read may leave something
 * out. One that is there but does not belong to the list any more is told of once more, if it changed, and forgotten. Throws
 * AdminApiError and LossError, and then nothing changed as far as is known.
 */
export async function lookAtList(
  list: EntityList,
  context: ListContext,
): Promise<{ readonly rows: Rows; readonly changes: readonly Change[] }> {
  const before = context.before ?? NONE;
  const present = new Map((await list.read()).map((entity) => [entity.id, entity]));
  const missing = [...before].filter(([id]) => !present.has(id));
  if (!context.isBelieved(missing.length, before.size)) {
    const said = `${missing.length} of ${before.size} ${list.schema} are gone`;
    throw new LossError(`${said}: they count as deleted when they stay away`);
  }
  const rows = new Map<string, Row>();
  const changes: Change[] = [];
  const left = new Set<string>();
  for (const { id, row, found } of await findMissing(list, missing, context.api)) {
    if (found === null) changes.push(toDeletion(list.schema, id, row));
    else if (isEntity(found, id)) {
      present.set(id, found);
      if (!(await list.holds(found))) left.add(id);
    } else rows.set(id, row);
  }
  for (const [index, entity] of [...present.values()].entries()) {
    if (index % BATCH === BATCH - 1) await setImmediate();
    const { id } = entity;
    const old = before.get(id);
    const digest = toEntityDigest(entity, context.key);
    const row = old?.digest === digest ? old : toRow(list.schema, entity, digest);
    if (!left.has(id)) rows.set(id, row);
    if (row !== old && context.before !== null) changes.push(toChange(list.schema, id, { row, old }));
  }
  return { rows, changes };
}

interface Missing {
  readonly id: string;
  readonly row: Row;
  /** What the gateway answers to its id; null: there is none. */
  readonly found: JsonObject | null;
}

function findMissing(
  { pathOf }: EntityList,
  missing: readonly (readonly [string, Row])[],
  api: AdminApi,
): Promise<readonly Missing[]> {
  return askOfEach(missing, async ([id, row]) => ({
    id,
    row,
    found: await api.find(pathOf(id, toEntity(row))),
  }));
}

/** Some entities are answered within something else: all that says of them is that they are there. */
function isEntity(found: JsonObject, id: string): found is Entity {
  return found.id === id;
}

function toRow(schema: string, entity: Entity, digest: string): Row {
  return { digest, text: JSON.stringify(toShownEntity(schema, entity)) };
}

function toEntity({ text }: Row): JsonObject {
  return JSON.parse(text) as JsonObject;
}

function toDeletion(schema: string, id: string, row: Row): Change {
  const { digest } = row;
  return { operation: 'delete', schema, id, entity: toEntity(row), oldEntity: null, digest };
}

function toChange(
  schema: string,
  id: string,
  { row, old }: { readonly row: Row; readonly old: Row | undefined },
): Change {
  const operation = old === undefined ? 'create' : 'update';
  const oldEntity = old === undefined ? null : toEntity(old);
  return { operation, schema, id, entity: toEntity(row), oldEntity, digest: row.digest };
}
