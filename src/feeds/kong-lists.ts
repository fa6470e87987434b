import type { KongDefinition } from '../definitions/event-source.ts';
import { isJsonObject, type Json, type JsonObject } from '../event.ts';
import { type AdminApi, AdminApiError, askOfEach, type Entity } from './kong-admin.ts';
import { isGlobal, toListPath } from './kong-entities.ts';
import type { EntityList } from './kong-list.ts';

/** A part of a gateway that is looked at: a workspace, or all there is where workspaces are not told apart. */
export interface Area {
  /** What paths begin with: the name of the workspace and a slash, or nothing. */
  readonly prefix: string;
  /** Its upstreams, asked for once. */
  upstreams(): Promise<readonly Entity[]>;
}

/** The areas a definition names. Each is for one look. */
export function toAreas({ workspaces, tags }: KongDefinition, api: AdminApi): readonly Area[] {
  const prefixes = workspaces === null ? [''] : workspaces.map((name) => `${encodeURIComponent(name)}/`);
  return prefixes.map((prefix) => {
    let asked: Promise<readonly Entity[]> | null = null;
    return {
      prefix,
      upstreams() {
        asked ??= api.list(`${prefix}${toListPath('upstreams')}`, toQuery(tags));
        return asked;
      },
    };
  });
}

/** The lists a definition names, in all areas. */
export function toLists(
  { entities, tags }: KongDefinition,
  { areas, api }: { readonly areas: readonly Area[]; readonly api: AdminApi },
): readonly EntityList[] {
  const toList = (schema: string, prefix: string): EntityList => {
    const path = `${prefix}${toListPath(schema)}`;
    return {
      path,
      schema,
      read: () => api.list(path, toQuery(tags)),
      holds: async (entity) => hasTags(entity, tags),
      pathOf: (id) => `${path}/${encodeURIComponent(id)}`,
    };
  };
  const ofArea = (area: Area): readonly EntityList[] =>
    entities
      .filter((schema) => !isGlobal(schema))
      .map((schema) => {
        const list = toList(schema, area.prefix);
        if (schema === 'upstreams') return { ...list, read: area.upstreams };
        return schema === 'targets' ? { ...list, ...toTargets(area, api) } : list;
      });
  return [...entities.filter(isGlobal).map((schema) => toList(schema, '')), ...areas.flatMap(ofArea)];
}

/** The path of an upstream. */
export function toUpstreamPath({ prefix }: Area, id: string): string {
  return `${prefix}upstreams/${encodeURIComponent(id)}`;
}

/** Targets are listed by upstream only. */
function toTargets(area: Area, api: AdminApi): Pick<EntityList, 'read' | 'holds' | 'pathOf'> {
  return {
    async read() {
      const lists = await askOfEach(await area.upstreams(), ({ id }) =>
        listBelow(api, `${toUpstreamPath(area, id)}/targets`),
      );
      return lists.flat();
    },
    holds: async (target) => (await area.upstreams()).some(({ id }) => id === toOwner(target)),
    pathOf: (id, target) => `${toUpstreamPath(area, toOwner(target))}/targets/${encodeURIComponent(id)}`,
  };
}

/** Id of the upstream of a target. */
function toOwner({ upstream }: JsonObject): string {
  return isJsonObject(upstream) ? String(upstream.id) : '';
}

/** Kinds of entities that have no tags are listed whole. */
function hasTags({ tags: own }: Entity, tags: readonly string[]): boolean {
  if (own === undefined) return true;
  const known = Array.isArray(own) ? (own as readonly Json[]) : [];
  return tags.every((tag) => known.includes(tag));
}

/** A list below something that may be gone by now, and the list with it. */
export async function listBelow(api: AdminApi, path: string): Promise<readonly Entity[]> {
  try {
    return await api.list(path);
  } catch (error) {
    if (error instanceof AdminApiError && error.status === 404) return [];
    throw error;
  }
}

/** Entities with all of the tags. */
function toQuery(tags: readonly string[]): Readonly<Record<string, string>> {
  return tags.length === 0 ? {} : { tags: tags.join(',') };
}
