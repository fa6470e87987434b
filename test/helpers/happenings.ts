import type { Happenings } from '../../src/hook-test/happening.ts';

/** What happens in a test in which nothing does. */
export const NOTHING: Happenings = {
  requests: [],
  stopped: [],
  deliveries: [],
  logs: [],
  results: [],
  refused: [],
  unsent: [],
};
