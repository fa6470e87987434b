import type { DeliveryFilter } from './delivery.ts';

/** The redelivery of all deliveries that ended and match a filter: one durable job. */
export interface Replay {
  /** UUIDv7. */
  readonly id: string;
  readonly filter: DeliveryFilter;
  /** ms since the epoch. Deliveries made later are not part of it. */
  readonly startedAt: number;
  /** Null until every matching delivery was made due. */
  readonly finishedAt: number | null;
  /** Deliveries there are to look at, at most. */
  readonly total: number;
  /** Deliveries looked at so far. */
  readonly examined: number;
  /** Deliveries made due so far. */
  readonly redelivered: number;
}
