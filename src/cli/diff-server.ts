import { BUILT_IN } from '../catalogue/built-in.ts';
import type { LoadedFile } from '../definitions/definition.ts';
import { loadFile, toUnownedPlace } from '../definitions/load-file.ts';
import { HooklineError } from '../errors.ts';
import type { Json, JsonObject } from '../event.ts';
import { askServer, type Server, toRefusal, toView } from './client.ts';

/** What a server runs, as files that would declare it. */
export interface ServerDefinitions {
  /** Null: it serves no definitions yet. */
  readonly revision: string | null;
  readonly files: readonly LoadedFile[];
}

/** A page of GET /event-hooks. */
interface HookPage {
  readonly data: readonly JsonObject[];
  readonly next: string | null;
}

type Sources = Readonly<Record<string, Readonly<Record<string, Json>>>>;

const PAGE_SIZE = 1000;
/** Times it is read again because the server went to another revision in between. */
const MAX_READS = 5;
/** What only a server has of a hook. */
const SERVER_ONLY = ['created_at', 'updated_at', 'origin', 'revision'];

/** Reads the hooks and the declared sources a server runs, all of one revision. Throws `not_comparable`. */
export async function readServer(server: Server): Promise<ServerDefinitions> {
  for (let reads = 1; reads <= MAX_READS; reads += 1) {
    const revision = await readRevision(server);
    const hooks = await readHooks(server);
    const { data: sources } = await read<{ readonly data: Sources }>(server, '/event-hooks/sources');
    if (revision !== (await readRevision(server))) continue;
    return { revision, files: [...hooks.map(toHookFile), ...toSourceFiles(sources)] };
  }
  throw new HooklineError(
    'not_comparable',
    `Cannot read the hooks of ${server.url}: its revision keeps changing`,
  );
}

async function readRevision(server: Server): Promise<string | null> {
  return (await read<{ readonly revision: string | null }>(server, '/status')).revision;
}

async function readHooks(server: Server): Promise<readonly JsonObject[]> {
  const hooks: JsonObject[] = [];
  let path: string | null = `/event-hooks?size=${PAGE_SIZE}`;
  while (path !== null) {
    const page: HookPage = await read<HookPage>(server, path);
    hooks.push(...page.data);
    path = page.next;
  }
  return hooks;
}

async function read<View>(server: Server, path: string): Promise<View> {
  const answer = await askServer(server, path);
  if (answer.status === 200) return toView<View>(answer);
  throw new HooklineError('not_comparable', `Cannot read "${path}" of ${server.url}: ${toRefusal(answer)}`);
}

function toHookFile(entity: JsonObject): LoadedFile {
  const declared = Object.entries(entity).filter(([key]) => !SERVER_ONLY.includes(key));
  return toFile(`hook ${String(entity.name)}`, Object.fromEntries(declared));
}

/** Sources that are declared, or have declared events besides the built-in ones. */
function toSourceFiles(sources: Sources): readonly LoadedFile[] {
  return Object.entries(sources).flatMap(([name, events]) => {
    const own = Object.entries(events).filter(([event]) => !BUILT_IN.get(name)?.has(event));
    if (own.length === 0) return [];
    return [toFile(`source ${name}`, { kind: 'EventSource', name, events: Object.fromEntries(own) })];
  });
}

/** JSON is YAML. What is loaded like a file has the same defaults and the same order of keys. */
function toFile(label: string, declaration: JsonObject): LoadedFile {
  const bytes = Buffer.from(JSON.stringify(declaration));
  return loadFile({ file: label, bytes, source: toUnownedPlace('server') });
}
