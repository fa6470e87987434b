import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SettingsFile } from '../src/settings-file.ts';
import { type ServerProcess, startHookline } from './child.ts';
import { SOURCE } from './event-body.ts';
import { TIMED_PATH } from './messages.ts';

/** A webhook for one event of the source of the benchmarks. */
export interface BenchHook {
  readonly name: string;
  readonly event: string;
  readonly url: string;
  /** Default: as users have it, made of the name. */
  readonly id?: string;
  readonly concurrency?: number;
}

/** What an installation is made of. */
export interface InstallationParts {
  readonly hooks: readonly BenchHook[];
  /** Events that no hook is for. */
  readonly events?: readonly string[];
  /** JSON Schemas of some events. */
  readonly schemas?: Readonly<Record<string, object>>;
  /** What the source takes in by itself. */
  readonly nats?: object | null;
  readonly inlet?: object | null;
  readonly settings?: SettingsFile;
}

/** Definitions, settings and a state directory, to run Hookline on once or several times. */
export interface Installation {
  readonly stateDir: string;
  /** Writes hooks, over those of the same name. To be used while nothing runs. */
  setHooks(hooks: readonly BenchHook[]): Promise<void>;
  start(): Promise<ServerProcess>;
}

/** Lays out an installation in a new directory. */
export async function install(
  dir: string,
  { hooks, events = [], schemas = {}, nats = null, inlet = null, settings = {} }: InstallationParts,
): Promise<Installation> {
  const hooksDir = join(dir, 'hooks');
  const stateDir = join(dir, 'state');
  const setHooks = async (list: readonly BenchHook[]): Promise<void> => {
    await Promise.all(list.map((hook) => writeFile(join(hooksDir, `${hook.name}.yaml`), toDefinition(hook))));
  };
  await mkdir(hooksDir, { recursive: true });
  const names = [...events, ...hooks.map(({ event }) => event)];
  await writeFile(join(hooksDir, 'source.yaml'), toSource(names, { schemas, nats, inlet }));
  await writeFile(
    join(dir, 'hookline.yaml'),
    JSON.stringify({ ...settings, reconcile: { ping_on_change: false } }),
  );
  await setHooks(hooks);
  return { stateDir, setHooks, start: () => startHookline([hooksDir, '--state', stateDir], { cwd: dir }) };
}

/** Two hooks for a receiver: of `tick` it counts what it gets, of `timed` it takes the time. */
export function toTickHooks({ url }: { readonly url: string }, concurrency: number): readonly BenchHook[] {
  return [
    { name: 'tick', event: 'tick', url: `${url}/events`, concurrency },
    { name: 'timed', event: 'timed', url: `${url}${TIMED_PATH}`, concurrency },
  ];
}

function toDefinition({ name: _, event, url, ...rest }: BenchHook): string {
  return JSON.stringify({ ...rest, source: SOURCE, event, handler: 'webhook', config: { url } });
}

function toSource(
  events: readonly string[],
  { schemas, nats, inlet }: Required<Pick<InstallationParts, 'schemas' | 'nats' | 'inlet'>>,
): string {
  const catalogue = Object.fromEntries(events.map((event) => [event, { schema: schemas[event] }]));
  return JSON.stringify({ kind: 'EventSource', name: SOURCE, events: catalogue, nats, inlet });
}
