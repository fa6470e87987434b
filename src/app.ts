import { lookup } from 'node:dns';
import { join } from 'node:path';
import type { Clock } from './clock.ts';
import type { TextOf } from './definitions/load-file.ts';
import type { FindSource } from './deliver/content.ts';
import { createEgress } from './deliver/egress.ts';
import { createHandlers } from './deliver/handlers.ts';
import { createHttpClient } from './deliver/http-client.ts';
import { createOauthTokens } from './deliver/oauth-tokens.ts';
import { createPing } from './deliver/ping.ts';
import { createReplays } from './deliver/replays.ts';
import { createDelivering } from './delivering.ts';
import { HooklineError } from './errors.ts';
import type { JsonObject } from './event.ts';
import { toExampleEvent } from './example-event.ts';
import { createExplain } from './explain/explain.ts';
import { createTryOut } from './explain/try-out.ts';
import { createFeeding } from './feeding.ts';
import { createFeeds } from './feeds/feeds.ts';
import { createApi } from './http/api.ts';
import { createEventsHandler } from './http/events.ts';
import { startServer } from './http/server.ts';
import { openTls } from './http/tls.ts';
import { createTokens } from './http/tokens.ts';
import { createTrial } from './http/trial.ts';
import { startPruner } from './journal/pruner.ts';
import { openSqliteJournal } from './journal/sqlite.ts';
import { lockStateDirectory } from './journal/state-lock.ts';
import type { Logger } from './logger.ts';
import type { Report } from './reconcile/report.ts';
import type { ReconcileStatus } from './reconcile/status.ts';
import { createReconciling } from './reconciling.ts';
import { toLaneViews } from './record/lanes.ts';
import { createRegistry } from './registry/registry.ts';
import { releaseMemory } from './release-memory.ts';
import { createSandbox } from './sandbox/pool.ts';
import { findPlainSecrets } from './secrets/mask.ts';
import { isReference } from './secrets/reference.ts';
import { createReserved } from './secrets/reserved.ts';
import { createSecrets } from './secrets/resolver.ts';
import type { Settings } from './settings.ts';
import { listSecretPaths, listSecrets, listTexts } from './settings-secrets.ts';
import type { TlsSettings } from './settings-tls.ts';
import { VERSION } from './version.ts';

/** What an app is started with. */
export interface AppParts {
  readonly settings: Settings;
  /** What references to variables may see. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Told of every attempt to bring definitions live, with a way to get at a file's text. */
  readonly onReport: (report: Report, textOf: TextOf) => void;
}

/** A running Hookline. */
export interface App {
  /** Of the API. */
  readonly url: string;
  /** Of POST /events. */
  readonly intakeUrl: string;
  /** Looks at the definitions now, remotes too. Changes are found without it as well. */
  reconcile(): Promise<ReconcileStatus>;
  /** An event a live hook is for, for a first try. */
  exampleEvent(): JsonObject;
  /** Resolves when no delivery is waiting in memory or running. */
  idle(): Promise<void>;
  /** Rejects with `state_unusable` when the journal cannot be used any more: what is durable is safe, and goes on after another start. */
  readonly failed: Promise<never>;
  /** Stops intake, finishes what is in flight within 10 s, commits, and lets go of the state directory. */
  stop(): Promise<void>;
}

/** How long a stop waits for attempts under way. */
const STOP_GRACE_MS = 10_000;
/** So many hooks leave enough behind when they are loaded that it is worth giving back. */
const MANY_HOOKS = 1_000;
const FEEDS_DIR = 'feeds';
const JOURNAL_FILE = 'journal.db';

/**
 * Builds the parts in the order of the flow and starts them. What was started last is stopped first; when one part
 * cannot be started, those before it are stopped and the error is thrown.
 */
export async function startApp({ settings, env, logger, clock, onReport }: AppParts): Promise<App> {
  await using stack = new AsyncDisposableStack();

  // First, since a wrong path should not be found out after minutes of git.
  const open = (files: TlsSettings | null) => (files === null ? null : openTls({ files, clock, logger }));
  const { listen, intakeListen } = settings;
  const [tls, intakeTls] = await Promise.all([
    open(settings.tls),
    open(intakeListen === null ? null : settings.intakeTls),
  ]);
  const lock = await lockStateDirectory(settings.stateDir);
  stack.defer(() => lock.release());
  const journal = await openSqliteJournal({ file: join(settings.stateDir, JOURNAL_FILE) });
  stack.defer(() => journal.close());
  const sandbox = createSandbox();
  stack.defer(() => sandbox.close());
  const reserved = createReserved(listTexts(settings), settings.secrets.fileRoot, listSecretPaths(settings));
  const secrets = createSecrets({ env, ...settings.secrets, reserved });
  for (const secret of listSecrets(settings)) if (!isReference(secret)) secrets.settings.conceal(secret);
  const { allow, deny, proxy } = settings.egress;
  const egress = createEgress({
    allow,
    deny,
    lookup,
    proxy: proxy === null ? null : () => secrets.settings.resolve(proxy),
  });
  const httpClient = createHttpClient({ clock, egress });
  stack.defer(() => httpClient.close());
  // Where commit statuses go is said in the settings, by whoever says in them where hooks may send.
  const statusClient = createHttpClient({ clock, egress: null });
  stack.defer(() => statusClient.close());

  const registry = createRegistry();
  for (const hook of await journal.gone()) registry.markGone(hook);
  const findSource: FindSource = (name) => registry.current()?.declared.get(name)?.source ?? null;
  const sender = {
    httpClient,
    secrets: secrets.hooks,
    tokens: createOauthTokens({ httpClient, secrets: secrets.hooks, clock }),
    clock,
    findSource,
  };
  const handlers = createHandlers({ ...sender, sandbox, logger });
  const delivering = createDelivering({
    journal,
    registry,
    handlers,
    redact: secrets.hooks.redact,
    clock,
    logger,
    random: Math.random,
  });
  const { counters, dispatcher, ownEvents, pipeline } = delivering;
  let stopping: Promise<void> | null = null;
  const stopDispatching = (): Promise<void> => {
    stopping ??= dispatcher.stop(STOP_GRACE_MS);
    return stopping;
  };
  stack.defer(async () => {
    await stopDispatching();
    // What is under way after the grace ends with the connections it uses.
    delivering.cutOff();
  });

  const feeds = createFeeds({
    dir: join(settings.stateDir, FEEDS_DIR),
    emit: createFeeding({ registry, pipeline, counters, clock }),
    countRefused: (count) => counters.countEvent('refused', count),
    secrets: secrets.hooks,
    judge: egress.judge,
    send: httpClient.send,
    clock,
    logger,
  });
  stack.defer(() => feeds.stop());

  const ping = createPing(sender);
  const reconciling = createReconciling({
    settings,
    sandbox,
    noteHooks: (sightings, at) => journal.noteHooks(sightings, at),
    swap: (snapshot) => {
      const configs = snapshot.hooks.map(({ definition }) => definition.config);
      const sources = [...snapshot.declared.values()].map(({ source: { inlet, kong } }) => ({ inlet, kong }));
      for (const config of [...configs, ...sources])
        for (const secret of findPlainSecrets(config)) secrets.hooks.conceal(secret);
      registry.swap(snapshot);
      delivering.reload();
      feeds.follow(snapshot.declared);
    },
    ping,
    send: statusClient.send,
    ownEvents,
    onReport,
    env,
    secrets: secrets.settings,
    reserved,
    clock,
    logger,
  });
  stack.defer(() => reconciling.stop());
  await reconciling.start();
  if ((registry.current()?.hooks.length ?? 0) >= MANY_HOOKS) releaseMemory();
  reconciling.watch();

  const replays = createReplays({ journal, wake: dispatcher.wakeAll, clock, logger });
  stack.defer(() => replays.stop());
  await replays.resume();
  const pruner = startPruner({ journal, clock, logger, ...settings.retention });
  stack.defer(() => pruner.stop());

  const { tokens } = settings;
  const { resolve } = secrets.settings;
  const identify = createTokens({ tokens, resolve, counters, clock, logger });
  const events = createEventsHandler({
    identify,
    registry,
    pipeline,
    counters,
    clock,
    logger,
    hookSecrets: secrets.hooks,
  });
  const trial = createTrial({ handlers, ping, clock });
  const explain = createExplain({
    isGone: registry.isGone,
    gateStates: (keys) => journal.gateStates(keys),
    lanes: dispatcher.lanes,
    tryOut: createTryOut({ sandbox, secrets: secrets.hooks, findSource, egress, clock }),
    clock,
  });
  const api = createApi({
    identify,
    registry,
    journal,
    counters,
    trial,
    explain,
    logger,
    redelivery: {
      async one(id) {
        const delivery = await journal.redeliver(id, clock.now());
        if (delivery !== null) dispatcher.wake(delivery.hookId);
        return delivery;
      },
      all: replays.start,
    },
    lanes: () => toLaneViews(dispatcher.lanes(), registry.nameOf),
    reconcileStatus: reconciling.status,
    feeds: feeds.states,
    postings: reconciling.postings,
    reconciling,
    receivers: settings.receivers,
    resolve,
    hookSecrets: secrets.hooks,
    trigger: reconciling.trigger,
    version: VERSION,
    clock,
  });
  const server = await startServer({
    listen,
    tls,
    api,
    events: intakeListen === null ? events : null,
    logger,
  });
  stack.defer(() => server.close());
  const intake =
    intakeListen === null
      ? server
      : await startServer({ listen: intakeListen, tls: intakeTls, api: null, events, logger });
  if (intake !== server) stack.defer(() => intake.close());

  const failed = journal.failed.then((reason) => {
    throw new HooklineError('state_unusable', `Cannot go on: the journal ended (${reason}); start again`);
  });
  // Whoever runs the app hears of it; one that does not listen is not to die of it.
  failed.catch(() => undefined);

  const running = stack.move();
  return {
    url: server.url,
    intakeUrl: intake.url,
    reconcile: () => reconciling.look(null),
    exampleEvent: () => toExampleEvent(registry.current()),
    idle: dispatcher.idle,
    failed,
    stop() {
      // What else ends before the dispatcher takes its time: no attempt begins meanwhile.
      void stopDispatching();
      return running.disposeAsync();
    },
  };
}
