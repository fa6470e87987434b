import { toTime } from '../clock.ts';
import type { JsonObject } from '../event.ts';
import type { Attempt, Delivery, RecordedEvent } from '../journal/delivery.ts';
import type { Replay } from '../journal/replay.ts';

/** A recorded event as the API shows it, with its deliveries and stops. Times are RFC 3339. */
export function toEventView({ event, acceptedAt, revision, deliveries, stops }: RecordedEvent): JsonObject {
  return {
    ...event,
    accepted_at: toTime(acceptedAt),
    revision,
    deliveries: deliveries.map(toDeliveryView),
    stopped: stops.map(({ hookId, hookName, reason }) => ({ hook: hookName, hook_id: hookId, reason })),
  };
}

/** A delivery as the API shows it. */
export function toDeliveryView(delivery: Delivery): JsonObject {
  return {
    id: delivery.id,
    event_id: delivery.eventId,
    source: delivery.source,
    event: delivery.event,
    hook: delivery.hookName,
    hook_id: delivery.hookId,
    state: delivery.state,
    reason: delivery.reason,
    created_at: toTime(delivery.createdAt),
    revision: delivery.revision,
    order_key: delivery.orderKey,
    attempt_count: delivery.attempts,
    due_at: toTime(delivery.dueAt),
    finished_at: toTime(delivery.finishedAt),
    last_status: delivery.lastStatus,
    last_error: delivery.lastError,
  };
}

/** A replay as the API shows it. */
export function toReplayView({
  id,
  startedAt,
  finishedAt,
  total,
  examined,
  redelivered,
}: Replay): JsonObject {
  return {
    id,
    started_at: toTime(startedAt),
    finished_at: toTime(finishedAt),
    total,
    examined,
    redelivered,
  };
}

/** An attempt as the API shows it. */
export function toAttemptView(attempt: Attempt): JsonObject {
  return {
    id: attempt.id,
    number: attempt.number,
    started_at: toTime(attempt.startedAt),
    duration_ms: attempt.durationMs,
    revision: attempt.revision,
    outcome: attempt.outcome,
    reason: attempt.reason,
    status: attempt.status,
    error: attempt.error,
    response: attempt.response,
  };
}
