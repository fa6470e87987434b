import { describe, expect, it } from 'vitest';
import { FairQueue } from '../../src/sandbox/fair-queue.ts';

function createQueue(...items: readonly string[]): FairQueue<string> {
  const queue = new FairQueue<string>();
  for (const item of items) queue.add(item.charAt(0), item);
  return queue;
}

function takeAll(queue: FairQueue<string>): readonly string[] {
  const taken: string[] = [];
  for (let item = queue.take(); item !== null; item = queue.take()) taken.push(item);
  return taken;
}

describe('a FairQueue', () => {
  it('lets groups take turns, each in its own order', () => {
    const queue = createQueue('a1', 'a2', 'a3', 'b1', 'c1', 'c2');
    expect(takeAll(queue)).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3']);
    expect(queue.isEmpty).toBe(true);
  });

  it('keeps the order of a group that is added to while it is taken from', () => {
    const queue = createQueue('a1', 'a2');
    expect(queue.take()).toBe('a1');
    queue.add('a', 'a3');
    queue.add('b', 'b1');
    expect(takeAll(queue)).toEqual(['a2', 'b1', 'a3']);
  });

  it('puts an item back in front of its group', () => {
    const queue = createQueue('a2', 'a3');
    queue.addFirst('a', 'a1');
    expect(takeAll(queue)).toEqual(['a1', 'a2', 'a3']);
  });

  it('gives a group to another queue, where its turn comes last', () => {
    const [from, to] = [createQueue('a1', 'b1', 'a2'), createQueue('c1', 'c2')];
    from.moveGroup('a', to);
    from.moveGroup('x', to);
    expect(takeAll(from)).toEqual(['b1']);
    expect(takeAll(to)).toEqual(['c1', 'a1', 'c2', 'a2']);
  });
});
