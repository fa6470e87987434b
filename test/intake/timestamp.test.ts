import { describe, expect, it } from 'vitest';
import { isTimestamp } from '../../src/intake/timestamp.ts';

describe('isTimestamp()', () => {
  it.each([
    '2026-01-31T12:00:00Z',
    '2026-01-31t12:00:00z',
    '2026-01-31 12:00:00Z',
    '2026-01-31T12:00:00.123456789Z',
    '2026-01-31T12:00:00+01:00',
    '2026-01-31T23:59:59-11:30',
    '2024-02-29T00:00:00Z',
    '0001-01-01T00:00:00Z',
  ])('takes %s', (text) => {
    expect(isTimestamp(text)).toBe(true);
  });

  it.each([
    '2026-01-31',
    '2026-01-31T12:00:00',
    '2026-01-31T12:00Z',
    '2026-02-30T12:00:00Z',
    '2025-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2026-01-31T24:00:00Z',
    '2026-01-31T12:60:00Z',
    '2026-01-31T12:00:61Z',
    '2026-01-31T12:00:00+99:00',
    ' 2026-01-31T12:00:00Z',
    '2026-01-31T12:00:00Z\n',
    'yesterday',
    '',
    1769860800,
    null,
    undefined,
  ])('refuses %j', (value) => {
    expect(isTimestamp(value)).toBe(false);
  });
});
