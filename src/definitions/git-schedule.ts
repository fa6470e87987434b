import type { Clock, Timer } from '../clock.ts';

/** What a schedule goes by. */
export interface GitScheduleOptions {
  /** Milliseconds between two looks. */
  readonly intervalMs: number;
  /** 0 to 1: share of a wait that is random, to either side. */
  readonly jitter: number;
  readonly clock: Pick<Clock, 'setTimer'>;
  /** 0 to 1. */
  readonly random: () => number;
  /** A look has fallen due by the passing of time. */
  readonly onDue: () => void;
}

/** Says when to look at a remote: at once, then every interval, and less and less often while that fails. */
export interface GitSchedule {
  readonly isDue: boolean;
  /** A look begins; what falls due from now on asks for another. */
  begin(): void;
  /** The look has ended: the next is due an interval later, or later than the one that failed before was. */
  end(outcome: 'read' | 'failed'): void;
  /** The next look is due now. */
  hasten(): void;
  /** Nothing falls due any more. */
  close(): void;
}

const FIRST_RETRY_MS = 5_000;
/** A remote that is down is not left alone for longer than that, or than it would be when it is well. */
const MAX_RETRY_MS = 300_000;

/** Creates a schedule whose first look is due. */
export function createGitSchedule(options: GitScheduleOptions): GitSchedule {
  const { intervalMs, jitter, clock, random, onDue } = options;
  let isDue = true;
  let isClosed = false;
  let failures = 0;
  let timer: Timer | null = null;

  function fallDue(): void {
    timer?.cancel();
    timer = null;
    isDue = true;
  }

  return {
    get isDue() {
      return isDue;
    },
    begin() {
      isDue = false;
    },
    end(outcome) {
      failures = outcome === 'read' ? 0 : failures + 1;
      timer?.cancel();
      if (isDue || isClosed) return;
      const waitMs = failures === 0 ? intervalMs : toRetryMs(failures, intervalMs);
      timer = clock.setTimer(waitMs * (1 + jitter * (2 * random() - 1)), () => {
        fallDue();
        onDue();
      });
    },
    hasten: fallDue,
    close() {
      isClosed = true;
      timer?.cancel();
    },
  };
}

function toRetryMs(failures: number, intervalMs: number): number {
  return Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), Math.max(intervalMs, MAX_RETRY_MS));
}
