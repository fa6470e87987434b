import { expect, it } from 'vitest';
import { toHookBlock } from '../../src/cli/explain-block.ts';

it('says of an open breaker that attempts wait, and until when', () => {
  const at = ['2026-01-01T00:00:00.000Z', '2026-01-01T00:00:05.000Z', '2026-01-01T00:00:35.000Z'];
  const breaker = { failures: 10, probe_at: '2026-01-01T00:10:00.000Z' };
  const lines = toHookBlock(
    {
      hook: 'a',
      hook_id: '019c2f6e-8a53-7d10-b0a4-9a5f0a6c2c77',
      handler: 'webhook',
      outcome: 'deliver',
      reason: null,
      unmatched: null,
      gates: [],
      request: null,
      attempts: { at, jitter: 0.2, breaker },
      recorded: null,
    },
    (_style, text) => text,
  );
  expect(lines).toEqual([
    'a: would be delivered',
    '  webhook    at once; failing, again 5s, 35s after that, each wait ±20%',
    '  breaker    open after 10 failures in a row: attempts wait until one succeeds,',
    '             the next from 2026-01-01 00:10:00 on',
  ]);
});
