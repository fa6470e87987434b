import { describe, expect, it } from 'vitest';
import type { Arrival } from '../../src/feeds/nats-intake.ts';
import { createNatsQueue } from '../../src/feeds/nats-queue.ts';

const MIB = 1024 * 1024;

function toArrival({ data = 0, header = 0 }: { readonly data?: number; readonly header?: number }): Arrival {
  const nothing = (): void => undefined;
  const message = {
    subject: 'a',
    headers: [['x', 'x'.repeat(header)] as const],
    data: new Uint8Array(data),
    defaultId: 'a',
    time: '2026-01-31T12:00:00Z',
  };
  return { message, taken: nothing, refused: nothing, putOff: nothing };
}

describe('a queue of messages', () => {
  it.each([
    ['data', { data: MIB - 1 }],
    ['headers', { header: MIB - 2 }],
  ])('has room for 32 MiB of %s, and hands out 4 MiB at once', (_what, size) => {
    const queue = createNatsQueue();
    const taken = Array.from({ length: 40 }, () => queue.push(toArrival(size)));
    expect(taken.filter((is) => is)).toHaveLength(32);
    expect(queue.shift()).toHaveLength(4);
    expect(queue.push(toArrival(size))).toBe(true);
  });

  it('takes one that is larger than all that may wait, alone', () => {
    const queue = createNatsQueue();
    expect(queue.push(toArrival({ data: 40 * MIB }))).toBe(true);
    expect(queue.push(toArrival({}))).toBe(false);
    expect(queue.shift()).toHaveLength(1);
    expect(queue.push(toArrival({}))).toBe(true);
  });
});
