import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BUILT_IN } from '../../src/catalogue/built-in.ts';
import type { Json } from '../../src/event.ts';
import { createLookUp } from '../../src/intake/look-up.ts';
import { toEvent } from '../../src/intake/to-event.ts';
import { START } from '../helpers/held-clock.ts';

const CONTEXT = {
  lookUp: createLookUp({ sources: BUILT_IN }),
  now: START,
  defaultId: null,
  sender: null,
  attributes: null,
};
const EVENT = { source: 'crud', event: 'consumers', data: { a: 1 } };

describe('toEvent()', () => {
  it('gives an event without an id a UUIDv7, and one without a time that of its acceptance', () => {
    expect(toEvent(EVENT, CONTEXT)).toEqual({
      kind: 'event',
      event: {
        ...EVENT,
        id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab]/),
        time: '2026-01-01T00:00:00.000Z',
        attributes: null,
      },
    });
  });

  it('keeps id and time as they were sent', () => {
    const sent = { ...EVENT, id: 'ü/1', time: '2026-01-31T12:00:00.5+01:00' };
    expect(toEvent(sent, CONTEXT)).toEqual({ kind: 'event', event: { ...sent, attributes: null } });
  });

  it('makes an event or a sentence of any JSON', () => {
    const nearly = fc.record(
      {
        source: fc.jsonValue(),
        event: fc.jsonValue(),
        data: fc.jsonValue(),
        id: fc.jsonValue(),
        time: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), nearly), (sent) => {
        const intaken = toEvent(sent as Json, CONTEXT);
        if (intaken.kind === 'refused') expect(intaken.message.length).toBeLessThan(300);
        else expect(intaken.event).toMatchObject(sent as object);
      }),
    );
  });

  it('never repeats much of what was sent', () => {
    const long = 'x'.repeat(100_000);
    for (const sent of [
      long,
      { [long]: 1 },
      { ...EVENT, source: long },
      { ...EVENT, id: long },
      { ...EVENT, time: long },
    ]) {
      const intaken = toEvent(sent, CONTEXT);
      expect(intaken.kind === 'refused' && intaken.message.length).toBeLessThan(300);
    }
  });

  it('refuses names of inherited members', () => {
    for (const name of ['__proto__', 'constructor', 'toString']) {
      expect(toEvent({ ...EVENT, source: name }, CONTEXT)).toMatchObject({
        message: `source '${name}' is not registered`,
      });
      expect(toEvent({ ...EVENT, event: name }, CONTEXT)).toMatchObject({
        message: `source 'crud' has no '${name}' event`,
      });
    }
  });
});
