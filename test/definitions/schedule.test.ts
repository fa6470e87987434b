import { describe, expect, it } from 'vitest';
import { checkSchedule, createSchedule } from '../../src/definitions/schedule.ts';

const at = (text: string): number => Date.parse(text);

/** The next times of a schedule after a time. */
function nextOf(cron: string, timezone: string, from: string, count: number): readonly string[] {
  const schedule = createSchedule({ cron, timezone });
  const times: string[] = [];
  let last: number | null = at(from);
  while (times.length < count && last !== null) {
    last = schedule.nextAfter(last);
    if (last !== null) times.push(new Date(last).toISOString());
  }
  return times;
}

describe('createSchedule()', () => {
  it.each([
    [
      '0 7 * * MON-FRI',
      'UTC',
      '2026-11-27T07:00:00Z',
      ['2026-11-30T07:00:00.000Z', '2026-12-01T07:00:00.000Z'],
    ],
    [
      '*/20 * * * * *',
      'UTC',
      '2026-01-01T00:00:20Z',
      ['2026-01-01T00:00:40.000Z', '2026-01-01T00:01:00.000Z'],
    ],
    [
      '@daily',
      'Asia/Tokyo',
      '2026-01-01T00:00:00Z',
      ['2026-01-01T15:00:00.000Z', '2026-01-02T15:00:00.000Z'],
    ],
    ['0 0 29 2 *', 'UTC', '2026-01-01T00:00:00Z', ['2028-02-29T00:00:00.000Z', '2032-02-29T00:00:00.000Z']],
  ])('finds what is due by %s in %s', (cron, timezone, from, times) => {
    expect(nextOf(cron, timezone, from, times.length)).toEqual(times);
  });

  it('has what falls into an hour that is left out at its end, and once what falls into one that comes twice', () => {
    expect(nextOf('30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', 2)).toEqual([
      '2026-03-29T01:00:00.000Z',
      '2026-03-30T00:30:00.000Z',
    ]);
    expect(nextOf('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', 2)).toEqual([
      '2026-10-25T00:30:00.000Z',
      '2026-10-26T01:30:00.000Z',
    ]);
  });

  it('says what was due last, at that very time too', () => {
    const schedule = createSchedule({ cron: '0 * * * *', timezone: 'UTC' });
    const due = at('2026-01-01T05:00:00Z');
    expect([due - 1, due, due + 1].map((time) => schedule.lastUntil(time))).toEqual([
      due - 3_600_000,
      due,
      due,
    ]);
  });
});

describe('checkSchedule()', () => {
  it.each([
    ['', 'UTC', 'cron', /neither five fields nor six/],
    ['every day', 'UTC', 'cron', /neither five fields nor six/],
    ['0 0 0 1 1 * 2030', 'UTC', 'cron', /neither five fields nor six/],
    ['2030-01-01T00:00:00', 'UTC', 'cron', /neither five fields nor six/],
    ['61 * * * *', 'UTC', 'cron', /minute: 61/],
    ['0 0 30 2 *', 'UTC', 'cron', /never due/],
    ['* * * * *', 'Mars/Olympus', 'timezone', /no time zone "Mars\/Olympus" is known/],
    ['* * * * *', '', 'timezone', /no time zone/],
  ])('refuses "%s" in "%s" for its %s', (cron, timezone, key, message) => {
    expect(checkSchedule({ cron, timezone })).toEqual({ key, message: expect.stringMatching(message) });
  });

  it('finds nothing wrong with what is right', () => {
    expect(checkSchedule({ cron: '0 7 * * MON-FRI', timezone: 'Europe/Berlin' })).toBeNull();
  });
});
