import type { JsonObject } from '../event.ts';
import type { LiveHook } from '../reconcile/snapshot.ts';
import { maskConfig } from '../secrets/mask.ts';

/** A hook as the API shows it: the reference's fields, and Hookline's own. No value of a secret is in it. */
export function toEntity({ definition, origin, revision, createdAt, updatedAt }: LiveHook): JsonObject {
  const { config, event, handler, id, on_change, snooze, source } = definition;
  const { name, description, labels, enabled, filter, retry, timeout, concurrency, rate, ordered } =
    definition;
  return {
    config: maskConfig(config),
    created_at: toSeconds(createdAt),
    event,
    handler,
    id,
    on_change,
    snooze,
    source,
    updated_at: toSeconds(updatedAt),
    name,
    description,
    labels,
    enabled,
    filter,
    retry: retry === null ? null : { ...retry },
    timeout,
    concurrency,
    rate: rate === null ? null : { ...rate },
    ordered,
    origin: { source: origin.source, revision, file: origin.file, line: origin.line },
  };
}

/** Unix seconds, as the reference counts. */
function toSeconds(ms: number): number {
  return Math.floor(ms / 1000);
}
