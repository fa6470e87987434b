import { lookup } from 'node:dns';
import { systemClock } from '../clock.ts';
import { toTextOf } from '../definitions/load-file.ts';
import { toHint } from '../definitions/suggest.ts';
import { createEgress } from '../deliver/egress.ts';
import { HooklineError } from '../errors.ts';
import { createTryOut, type TryOut } from '../explain/try-out.ts';
import { createLoneSnapshot } from '../reconcile/lone-snapshot.ts';
import type { LiveHook } from '../reconcile/snapshot.ts';
import { buildIndex } from '../registry/hook-index.ts';
import type { LiveSnapshot } from '../registry/registry.ts';
import { createReserved } from '../secrets/reserved.ts';
import { createSecrets } from '../secrets/resolver.ts';
import type { HookSecrets } from '../secrets/secrets.ts';
import { loadSettings, type Settings } from '../settings.ts';
import { listSecretPaths, listTexts } from '../settings-secrets.ts';
import type { CommandContext } from './command.ts';
import { createPreparing } from './preparing.ts';
import { createPaint } from './print.ts';
import { printProblems } from './print-problems.ts';
import { readDefinitions } from './read-definitions.ts';

/** Where the definitions of a command are. */
export interface DefinitionsPlace {
  /** Directory or file. */
  readonly path: string;
  /** A settings file, which says what references may reach; null: hookline.yaml if it is there. */
  readonly settings: string | null;
}

/** Definitions as they would be live, and what tries their hooks out. */
export interface OpenDefinitions extends AsyncDisposable {
  readonly snapshot: LiveSnapshot;
  readonly tryOut: TryOut;
}

/** Reads definitions and makes them ready. Null: they have errors, which were printed. */
export async function openDefinitions(
  { path, settings: file }: DefinitionsPlace,
  { stdin, stderr, env }: CommandContext,
): Promise<OpenDefinitions | null> {
  await using stack = new AsyncDisposableStack();
  const { prepare, sandbox } = stack.use(createPreparing());
  const settings = loadSettings({ flags: {}, env, file });
  const secrets = openSecrets(settings, env);
  const files = await readDefinitions(path, stdin);
  const prepared = await prepare(files);
  const snapshot = await createLoneSnapshot(prepared, path);
  if (snapshot === null) {
    const errors = prepared.problems.filter(({ severity }) => severity === 'error');
    printProblems(stderr, errors, { textOf: toTextOf(files), paint: createPaint(stderr) });
    return null;
  }
  const { declared } = snapshot;
  const findSource = (name: string) => declared.get(name)?.source ?? null;
  // It judges and opens nothing, so that it needs no proxy.
  const egress = createEgress({ ...settings.egress, lookup, proxy: null });
  const open = stack.move();
  return {
    snapshot: { ...snapshot, index: buildIndex(snapshot.hooks) },
    tryOut: createTryOut({ sandbox, secrets, findSource, egress, clock: systemClock }),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

/** Looks references up as a server of this directory would. */
function openSecrets(settings: Settings, env: CommandContext['env']): HookSecrets {
  const { fileRoot } = settings.secrets;
  const reserved = createReserved(listTexts(settings), fileRoot, listSecretPaths(settings));
  return createSecrets({ env, ...settings.secrets, reserved }).hooks;
}

/**
 * The hook of a name or an id, or the only one whose name ends so: a lone file is named by all of its path. Throws `not_found`,
 * with what was probably meant.
 */
export function findHook({ index, hooks }: LiveSnapshot, name: string): LiveHook {
  const ending = hooks.filter(({ definition }) => definition.name.endsWith(`/${name}`));
  const only = ending.length === 1 ? ending[0] : undefined;
  const hook = index.byName.get(name) ?? index.byId.get(name) ?? only;
  if (hook !== undefined) return hook;
  const hint = toHint(
    name,
    hooks.map(({ definition }) => definition.name),
  );
  throw new HooklineError('not_found', [`Cannot find hook "${name}"`, hint ?? []].flat().join('. '));
}
