import { MUTED_S } from './definitions.ts';
import type { LedgerEvent } from './ledger.ts';

/** What each event should have led to, told from the events alone, in the order of their commits. */
export function judgeAll(events: readonly LedgerEvent[]): readonly Judged[] {
  const lastValue = new Map<string, unknown>();
  const mutedAt = new Map<string, number>();
  const silenced = new Set<string>();
  const seen = new Set<unknown>();

  const judge = ({ source, event, data, acceptedAt }: LedgerEvent): Judged => {
    switch (source) {
      case 'switches': {
        const unchanged = lastValue.get(event) === data.value;
        lastValue.set(event, data.value);
        return { changed: unchanged ? 'unchanged' : null };
      }
      case 'alarms': {
        const wasSilenced = silenced.has(event);
        silenced.add(event);
        const isMuted = Math.abs(acceptedAt - (mutedAt.get(event) ?? 0)) < MUTED_S * 1000;
        if (!isMuted) mutedAt.set(event, acceptedAt);
        return { muted: isMuted ? 'snoozed' : null, silenced: wasSilenced ? 'snoozed' : null };
      }
      case 'numbers': {
        const wasSeen = seen.has(data.number);
        seen.add(data.number);
        return { once: wasSeen ? 'snoozed' : null };
      }
      case 'plain':
        return { even: data.even === true ? null : 'filter', every: null, flaky: null };
      default:
        return { ordered: null };
    }
  };
  return events.map(judge);
}

/** Hook → why it was stopped, null when it was not. */
export type Judged = Readonly<Record<string, string | null>>;
