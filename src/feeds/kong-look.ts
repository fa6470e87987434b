import { isDeepStrictEqual } from 'node:util';
import type { KongDefinition } from '../definitions/event-source.ts';
import { toMessage } from '../errors.ts';
import { type AdminApi, AdminApiError, askOfEach, type Entity } from './kong-admin.ts';
import type { ListChange } from './kong-events.ts';
import { type AddressHealth, compareHealth, type HealthChange, toAddresses } from './kong-health.ts';
import { type EntityList, lookAtList } from './kong-list.ts';
import { type Area, listBelow, toAreas, toLists, toUpstreamPath } from './kong-lists.ts';
import type { Losses } from './kong-losses.ts';
import type { KongMemory, Rows } from './kong-memory.ts';

/** What a look at a gateway found. */
export interface Look {
  /** What is known of it now. Its count is that of before. */
  readonly memory: KongMemory;
  /** Whether that is other than what was known. */
  readonly isNews: boolean;
  readonly changes: readonly ListChange[];
  readonly health: readonly HealthChange[];
  /** What could not be looked at, and why; what is known of it stays. */
  readonly problems: readonly string[];
  /** Whether anything could. */
  readonly answered: boolean;
}

/** What a gateway is looked at with. */
interface LookParts {
  readonly api: AdminApi;
  readonly memory: KongMemory;
  readonly losses: Losses;
}

/** Looks at all that a definition names. Never rejects: what fails is a problem. */
export async function lookAtGateway(definition: KongDefinition, parts: LookParts): Promise<Look> {
  const { api, memory } = parts;
  const areas = toAreas(definition, api);
  const trying = createTrying();
  const { lists, changes } = await lookAtLists(toLists(definition, { areas, api }), { ...parts, trying });
  const seen = definition.health ? await lookAtHealth(areas, { ...parts, trying }) : NO_HEALTH;
  const known = { lists, health: seen.health };
  return {
    memory: { ...memory, ...known },
    isNews: !isDeepStrictEqual(known, { lists: memory.lists, health: memory.health }),
    changes,
    health: seen.changes,
    problems: [...trying.problems],
    answered: trying.answered(),
  };
}

const NO_HEALTH = { health: null, changes: [] };

/** No answer, and that the token is wrong: all else would end the same way. */
const SILENT: readonly (number | null)[] = [null, 401];

/** Does one thing after another, whatever fails; a gateway that does not answer is asked no more. */
interface Trying {
  /** Whether it was done. */
  attempt(work: () => Promise<void>): Promise<boolean>;
  readonly problems: ReadonlySet<string>;
  /** Whether the gateway answered anything that could be read. */
  answered(): boolean;
}

function createTrying(): Trying {
  const problems = new Set<string>();
  let silent = false;
  let answered = false;
  return {
    async attempt(work) {
      if (silent) return false;
      try {
        await work();
        answered = true;
        return true;
      } catch (error) {
        const refusal = error instanceof AdminApiError ? error : null;
        answered ||= refusal === null;
        silent ||= refusal !== null && SILENT.includes(refusal.status);
        problems.add(toMessage(error));
        return false;
      }
    },
    problems,
    answered: () => answered,
  };
}

type LookContext = LookParts & { readonly trying: Trying };

async function lookAtLists(
  lists: readonly EntityList[],
  { api, memory, losses, trying }: LookContext,
): Promise<{ readonly lists: ReadonlyMap<string, Rows>; readonly changes: readonly ListChange[] }> {
  const known = new Map<string, Rows>();
  const changes: ListChange[] = [];
  for (const list of lists) {
    const { path } = list;
    const before = memory.lists.get(path) ?? null;
    if (before !== null) known.set(path, before);
    await trying.attempt(async () => {
      const isBelieved = (gone: number, of: number): boolean => losses.isBelieved(path, gone, of);
      const seen = await lookAtList(list, { api, before, key: memory.key, isBelieved });
      known.set(path, seen.rows);
      for (const change of seen.changes) changes.push({ ...change, path });
    });
  }
  return { lists: known, changes };
}

async function lookAtHealth(
  areas: readonly Area[],
  { api, memory, trying }: LookContext,
): Promise<{ readonly health: KongMemory['health']; readonly changes: readonly HealthChange[] }> {
  const isFirst = memory.health === null;
  const health = new Map<string, AddressHealth>();
  const changes: HealthChange[] = [];
  const look = async (area: Area, { id }: Entity): Promise<void> => {
    const before = memory.health?.get(id) ?? NOTHING_KNOWN;
    health.set(id, before);
    await trying.attempt(async () => {
      const addresses = toAddresses(id, await listBelow(api, `${toUpstreamPath(area, id)}/health`));
      const seen = compareHealth(addresses, { before, isFirst });
      health.set(id, seen.health);
      changes.push(...seen.changes);
    });
  };
  let all = true;
  for (const area of areas) {
    let upstreams: readonly Entity[] = [];
    const listed = await trying.attempt(async () => {
      upstreams = await area.upstreams();
    });
    if (listed) await askOfEach(upstreams, (upstream) => look(area, upstream));
    else all = false;
  }
  // Of an area that could not be looked at nothing is known to have gone.
  if (all) return { health, changes };
  return { health: isFirst ? null : new Map([...(memory.health ?? []), ...health]), changes };
}

const NOTHING_KNOWN: AddressHealth = new Map();
