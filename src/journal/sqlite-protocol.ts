import type { EventAttributes, HookEvent, JsonObject } from '../event.ts';
import type { GateCheck, GateState, StopReason } from '../gate/gate.ts';
import type {
  Attempt,
  Delivery,
  DeliveryCounts,
  DeliveryFilter,
  DeliveryQuery,
  Outcome,
  OutcomeState,
  RecordedDelivery,
  RecordedEvent,
} from './delivery.ts';
import type { Candidate, Entry, Stop } from './entry.ts';
import type {
  DueDelivery,
  DuePage,
  DueQuery,
  GoneHook,
  HookSighting,
  HookTimes,
  ParkedHook,
  Pruned,
  PruneStep,
  WaitingHook,
} from './journal.ts';
import type { Replay } from './replay.ts';

/**
 * What goes between the main thread and the journal's. An event's data is one JSON string, made and read on the main
 * thread, and so are its attributes. What goes with every event is a tuple: the names of an object's keys would be sent with each of them.
 */
export type WireEvent = Omit<HookEvent, 'data' | 'attributes'> & {
  readonly data: string;
  readonly attributes: string | null;
};

/** A candidate on its way to the worker. */
export type WireCandidate = readonly [
  deliveryId: string,
  hookId: string,
  hookName: string,
  orderKey: string | null,
  check: GateCheck | null,
];

/** An entry on its way to the worker. */
export type WireEntry = readonly [
  id: string,
  source: string,
  event: string,
  time: string,
  data: string,
  acceptedAt: number,
  revision: string,
  candidates: readonly WireCandidate[],
  stops: readonly Stop[],
  attributes: string | null,
];

/**
 * What became of an entry, as little as can be sent: null for a duplicate, else the candidates that were stopped, by
 * their index (mostly none).
 */
export type WireAppended = null | readonly (readonly [candidate: number, reason: StopReason])[];

/** An outcome on its way to the worker. */
export type WireOutcome = readonly [
  deliveryId: string,
  state: OutcomeState,
  dueAt: number | null,
  attempt: WireAttempt,
];

/** An attempt on its way to the worker. */
export type WireAttempt = readonly [
  id: string,
  number: number,
  startedAt: number,
  durationMs: number,
  revision: string,
  outcome: Attempt['outcome'],
  reason: Attempt['reason'],
  status: number | null,
  error: string | null,
  response: string | null,
];

/** A question for due deliveries on its way to the worker. */
export type WireDueQuery = Omit<DueQuery, 'except'> & { readonly except: readonly string[] };

/** A due delivery on its way to the main thread. */
export type WireDue = Omit<DueDelivery, 'event' | 'size'> & { readonly event: WireEvent };

/** A recorded event on its way to the main thread. */
export type WireRecorded = Omit<RecordedEvent, 'event'> & { readonly event: WireEvent };

/** Everything the store does: name → what it takes and gives. */
export interface StoreOperations {
  append(entries: readonly WireEntry[]): readonly WireAppended[];
  record(outcome: WireOutcome): boolean;
  due(query: WireDueQuery): Omit<DuePage, 'deliveries'> & { readonly deliveries: readonly WireDue[] };
  waiting(): readonly WaitingHook[];
  noteHooks(options: {
    readonly sightings: readonly HookSighting[];
    readonly at: number;
  }): readonly HookTimes[];
  markGone(hook: GoneHook): null;
  gone(): readonly GoneHook[];
  park(options: { readonly hookIds: readonly string[]; readonly parkedAt: number | null }): null;
  parked(): readonly ParkedHook[];
  abandon(options: { readonly hookId: string; readonly at: number; readonly limit: number }): number;
  redeliver(options: { readonly id: string; readonly at: number }): Delivery | null;
  startReplay(replay: { readonly id: string; readonly filter: DeliveryFilter; readonly at: number }): Replay;
  stepReplay(options: { readonly id: string; readonly at: number; readonly limit: number }): Replay | null;
  prune(step: PruneStep): Pruned;
  checkpoint(): null;
  findReplay(id: string): Replay | null;
  openReplays(): readonly Replay[];
  gateStates(keys: readonly string[]): readonly (GateState | null)[];
  findEvents(id: string): readonly WireRecorded[];
  findDelivery(id: string): RecordedDelivery | null;
  listDeliveries(query: DeliveryQuery): readonly Delivery[];
  counts(): DeliveryCounts;
}

/** The name of an operation. */
export type Operation = keyof StoreOperations;

/** One call of the main thread. Ids count up. */
export type WireRequest = readonly [id: number, operation: Operation, argument: unknown];

/** Why a call failed: SQLite's own code, and its words. */
export interface WireFailure {
  readonly sqliteCode: number | null;
  readonly message: string;
}

/** The answer to a call. */
export type WireAnswer = readonly [id: number, value: unknown, failure: WireFailure | null];

/** What a worker says. `opened` or `refused` comes first, `closed` last. */
export type WorkerMessage =
  | { readonly kind: 'opened' }
  | { readonly kind: 'refused'; readonly failure: WireFailure; readonly ours: boolean }
  | { readonly kind: 'answers'; readonly answers: readonly WireAnswer[] }
  | { readonly kind: 'closed' };

/** What the main thread says. */
export type MainMessage =
  | { readonly kind: 'requests'; readonly requests: readonly WireRequest[] }
  | { readonly kind: 'close' };

/** A message as one text: made and read in half the time a structured clone of so many small values takes. */
export function toWire(message: MainMessage | WorkerMessage): string {
  return JSON.stringify(message);
}

/** Reads what `toWire` made. */
export function fromWire<M extends MainMessage | WorkerMessage>(wire: string): M {
  return JSON.parse(wire) as M;
}

/** Makes an entry ready to be sent. */
export function toWireEntry({ event, acceptedAt, revision, candidates, stops }: Entry): WireEntry {
  const data = JSON.stringify(event.data);
  const attributes = event.attributes === null ? null : JSON.stringify(event.attributes);
  const sent = candidates.map(toWireCandidate);
  return [
    event.id,
    event.source,
    event.event,
    event.time,
    data,
    acceptedAt,
    revision,
    sent,
    stops,
    attributes,
  ];
}

function toWireCandidate({ deliveryId, hookId, hookName, orderKey, check }: Candidate): WireCandidate {
  return [deliveryId, hookId, hookName, orderKey, check];
}

/** Makes an outcome ready to be sent. */
export function toWireOutcome({ deliveryId, state, dueAt, attempt }: Outcome): WireOutcome {
  const { id, number, startedAt, durationMs, revision, outcome, reason, status, error, response } = attempt;
  return [
    deliveryId,
    state,
    dueAt,
    [id, number, startedAt, durationMs, revision, outcome, reason, status, error, response],
  ];
}

/** Reads an event that was sent. */
export function fromWireEvent(event: WireEvent): HookEvent {
  const { data, attributes } = event;
  return {
    ...event,
    data: JSON.parse(data) as JsonObject,
    attributes: attributes === null ? null : (JSON.parse(attributes) as EventAttributes),
  };
}

/** Characters it takes to hold an event in memory. */
export function toEventSize({ data, attributes }: Pick<WireEvent, 'data' | 'attributes'>): number {
  return data.length + (attributes?.length ?? 0);
}
