import { describe, expect, it } from 'vitest';
import { PingPlaces } from '../../src/deliver/ping-places.ts';
import { createHeldClock } from '../helpers/held-clock.ts';

function createBench() {
  const clock = createHeldClock();
  const places = new PingPlaces(clock);
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  /** Has so many pings run at a host, `<host>/0` the first. */
  function run(host: string, count: number): void {
    for (let n = 0; n < count; n += 1) {
      const name = `${host}/${n}`;
      const { promise, resolve } = Promise.withResolvers<void>();
      ends.set(name, resolve);
      void places.run(`http://${name}`, () => {
        begun.push(name);
        return promise;
      });
    }
  }
  async function end(name: string): Promise<void> {
    ends.get(name)?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const countOf = (host: string): number => begun.filter((name) => name.startsWith(host)).length;
  return { clock, places, begun, run, end, countOf };
}

describe('the places of pings', () => {
  it('are 16, and go to the next as pings end', async () => {
    const { begun, run, end } = createBench();
    for (let n = 0; n < 20; n += 1) run(`h${n}`, 1);
    expect(begun).toHaveLength(16);
    await end('h3/0');
    expect(begun.slice(16)).toEqual(['h16/0']);
  });

  it('are 4 for one host, so that no other waits for it', async () => {
    const { begun, run, end } = createBench();
    run('hung', 100);
    run('healthy', 1);
    expect(begun).toEqual(['hung/0', 'hung/1', 'hung/2', 'hung/3', 'healthy/0']);
    await end('hung/2');
    expect(begun.slice(5)).toEqual(['hung/4']);
  });

  it('are given up by a ping that takes longer than a second, once', async () => {
    const { clock, begun, run, end } = createBench();
    run('hung', 5);
    clock.advance(999);
    expect(begun).toHaveLength(4);
    clock.advance(1);
    expect(begun).toHaveLength(5);
    await end('hung/0');
    for (let n = 0; n < 20; n += 1) run(`h${n}`, 1);
    expect(begun).toHaveLength(20);
  });

  it('go round among the hosts', async () => {
    const { begun, run, end } = createBench();
    for (const host of ['a', 'b', 'c', 'd', 'e', 'f']) run(host, 8);
    expect(begun).toHaveLength(16);
    for (const name of ['a/0', 'a/1', 'b/0', 'a/2', 'c/0']) await end(name);
    expect(begun.slice(16)).toEqual(['a/4', 'e/0', 'b/4', 'f/0', 'c/4']);
  });

  it('leave a host the connections its deliveries need: no more than 64 pings are under way to it', async () => {
    const { clock, run, end, countOf } = createBench();
    run('hung', 100);
    for (let second = 0; second < 60; second += 1) clock.advance(1_000);
    expect(countOf('hung')).toBe(64);
    run('healthy', 1);
    expect(countOf('healthy')).toBe(1);
    await end('hung/7');
    expect(countOf('hung')).toBe(65);
  });

  it('are by the text of a URL that is a reference', () => {
    const { places } = createBench();
    const begun: string[] = [];
    const run = (url: string): void => {
      for (let n = 0; n < 10; n += 1)
        void places.run(url, async () => {
          begun.push(url);
        });
    };
    run('{vault://env/one}');
    run('{vault://env/two}');
    expect([begun.length, new Set(begun).size]).toEqual([8, 2]);
  });

  it('end with a stop', async () => {
    const { places, clock, begun, run, end } = createBench();
    run('a', 5);
    places.stop();
    for (let n = 0; n < 4; n += 1) await end(`a/${n}`);
    expect([begun.length, clock.timers]).toEqual([4, 0]);
  });
});
