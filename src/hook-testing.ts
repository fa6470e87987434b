import { createHandlers } from './deliver/handlers.ts';
import type { Tokens } from './deliver/oauth-tokens.ts';
import { createDelivering } from './delivering.ts';
import type { JsonObject } from './event.ts';
import { type Activity, createActivity } from './hook-test/activity.ts';
import { createAnswers } from './hook-test/answers.ts';
import { toMs } from './hook-test/duration.ts';
import type { Happenings } from './hook-test/happening.ts';
import type { GivenSecrets, TestCase, TestEvent } from './hook-test/hook-test.ts';
import { createObserver } from './hook-test/observer.ts';
import { createReceivers } from './hook-test/receiver.ts';
import { createTestSecrets, findUrlReferences } from './hook-test/test-secrets.ts';
import { playTimeline } from './hook-test/timeline.ts';
import { createVirtualClock } from './hook-test/virtual-clock.ts';
import type { Refused } from './intake/intaken.ts';
import { createLookUp } from './intake/look-up.ts';
import { toEvent } from './intake/to-event.ts';
import type { DeliveryQuery } from './journal/delivery.ts';
import { createMemoryJournals, type MemoryJournals } from './journal/sqlite-memory.ts';
import { createLogger } from './logger.ts';
import { createLoneSnapshot } from './reconcile/lone-snapshot.ts';
import { createPrepare, type Prepare, type Prepared } from './reconcile/prepare.ts';
import type { Snapshot } from './reconcile/snapshot.ts';
import { createRegistry } from './registry/registry.ts';
import { createSandbox } from './sandbox/pool.ts';
import type { Sandbox } from './sandbox/sandbox.ts';
import { findPlainSecrets } from './secrets/mask.ts';
import type { HookSecrets } from './secrets/secrets.ts';

/** A test with what it is run with. */
export interface CaseToRun {
  readonly test: TestCase;
  /** Of the file; those of the test go over them. */
  readonly secrets: GivenSecrets;
  /** RFC 3339. */
  readonly start: string;
  readonly subject: TestSubject;
  /** The data of an event, wherever it is written. */
  readonly dataOf: (event: TestEvent) => JsonObject;
}

/** Runs hook tests, each with a journal, a clock and receivers of its own. Functions share a sandbox, but no state. */
export interface HookTesting extends AsyncDisposable {
  readonly prepare: Prepare;
  /** Runs a test to its end and answers what happened. One at a time. */
  run(test: CaseToRun): Promise<Happenings>;
}

/** What a test is told of is what happened, not what the server would log of it. */
const SILENT = createLogger('silent');
/** Every delivery of a test: it has no more than its events and hooks make. */
const ALL_DELIVERIES: DeliveryQuery = {
  hook: null,
  state: null,
  source: null,
  event: null,
  since: null,
  until: null,
  after: null,
  size: Number.MAX_SAFE_INTEGER,
};
/** Halfway between the shortest wait and the longest: none is changed. */
const NO_JITTER = 0.5;

/** Creates what runs hook tests. */
export function createHookTesting(): HookTesting {
  const sandbox = createSandbox();
  const journals = createMemoryJournals();
  let number = 0;
  return {
    prepare: createPrepare(sandbox),
    run(test) {
      number += 1;
      return runCase(test, { journals, sandbox, number });
    },
    async [Symbol.asyncDispose]() {
      await sandbox.close();
      journals[Symbol.dispose]();
    },
  };
}

/** What tests are run on. */
export interface TestSubject {
  readonly snapshot: Snapshot;
  /** References that stand where a URL has to be. */
  readonly urls: ReadonlySet<string>;
  /** Secrets that stand in the definitions in clear. */
  readonly plainSecrets: readonly string[];
}

/** Makes ready what tests run on. Null: the definitions have errors. */
export async function toSubject(prepared: Prepared): Promise<TestSubject | null> {
  const snapshot = await createLoneSnapshot(prepared, 'test');
  if (snapshot === null) return null;
  const hooks = snapshot.hooks.map(({ definition }) => definition);
  const plainSecrets = hooks.flatMap(({ config }) => findPlainSecrets(config));
  return { snapshot, urls: findUrlReferences(hooks), plainSecrets };
}

/** No token server is asked: what hooks of a test send says where a token would be. */
const STAND_IN_TOKENS: Tokens = { get: async () => 'stand-in-token', drop() {} };

/** What tests share. */
interface Shared {
  readonly journals: MemoryJournals;
  readonly sandbox: Sandbox;
  /** Of the test, among all that were run. */
  readonly number: number;
}

async function runCase(given: CaseToRun, { journals, sandbox, number }: Shared): Promise<Happenings> {
  const { test, subject } = given;
  const clock = createVirtualClock(Date.parse(given.start));
  const activity = createActivity();
  const secrets = createSecretsOf(given);
  const observer = createObserver({ clock, secrets });
  const nextAnswer = createAnswers(test.answers);
  const httpClient = createReceivers({
    clock,
    activity,
    answerTo: (deliveryId) => nextAnswer(observer.hookOf(deliveryId)),
    onSend: observer.sent,
  });
  const { logger } = observer;
  const ownSandbox = toOwnSandbox(sandbox, activity, number);
  const handlers = createHandlers({
    httpClient,
    secrets,
    tokens: STAND_IN_TOKENS,
    findSource: (name) => subject.snapshot.declared.get(name)?.source ?? null,
    sandbox: ownSandbox,
    clock,
    logger,
  });
  const journal = journals.open();
  const registry = createRegistry();
  const { pipeline, dispatcher } = createDelivering({
    journal,
    registry,
    handlers: observer.watch(handlers),
    redact: secrets.redact,
    clock,
    logger: SILENT,
    random: () => NO_JITTER,
    onAppended: observer.appended,
  });
  const snapshot = toLive(subject.snapshot, test);
  registry.swap(snapshot);
  await dispatcher.reload();

  async function emit(event: TestEvent, id: string): Promise<void> {
    const live = registry.current();
    const lookUp = createLookUp(snapshot.catalogue);
    const sent = toSent(event, given.dataOf(event));
    const intaken = toEvent(sent, {
      lookUp,
      now: clock.now(),
      defaultId: id,
      sender: null,
      attributes: null,
    });
    if (intaken.kind === 'event' && live !== null) await pipeline([intaken.event], live);
    else if (intaken.kind === 'refused') observer.refused(event.id ?? id, toReason(intaken));
  }

  const start = clock.now();
  await playTimeline({
    clock,
    activity,
    moments: test.events.map((event, index) => ({
      at: start + toMs(event.at),
      act: () => emit(event, `event-${index + 1}`),
    })),
    until: test.until === undefined ? null : start + toMs(test.until),
    async isOver() {
      const { pending, parked } = await journal.counts();
      return pending + parked === 0;
    },
  });
  const deliveries = await journal.listDeliveries(ALL_DELIVERIES);
  const happenings = observer.finish(deliveries.toReversed());
  // What still waits for an answer waits for the clock, which stands still from now on.
  await journal.close();
  return happenings;
}

/** Secrets of a test, those of its file behind them. */
function createSecretsOf({ secrets, test, subject }: CaseToRun): HookSecrets {
  const given = {
    env: { ...secrets.env, ...test.secrets.env },
    files: { ...secrets.files, ...test.secrets.files },
  };
  const created = createTestSecrets({ given, urls: subject.urls });
  for (const secret of subject.plainSecrets) created.conceal(secret);
  return created;
}

/** What a function keeps for its next call is kept by hook: so that of another test is another hook's. */
function toOwnSandbox(sandbox: Sandbox, activity: Activity, number: number): Sandbox {
  return {
    ...sandbox,
    run: (program, args) => activity.track(sandbox.run(program, { ...args, hook: `${number} ${args.hook}` })),
  };
}

function toLive(snapshot: Snapshot, { hooks }: TestCase): Snapshot {
  if (hooks === null) return snapshot;
  return { ...snapshot, hooks: snapshot.hooks.filter(({ definition }) => hooks.includes(definition.name)) };
}

function toSent({ source, event, id, time }: TestEvent, data: JsonObject): JsonObject {
  return { source, event, data, ...(id === null ? {} : { id }), ...(time === null ? {} : { time }) };
}

function toReason({ message, hint }: Refused): string {
  return hint === null ? message : `${message}; ${hint}`;
}
