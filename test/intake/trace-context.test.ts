import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTraceContext } from '../../src/intake/trace-context.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';
const TRACEPARENT = `00-${TRACE}-${SPAN}-01`;

describe('readTraceContext()', () => {
  it.each([
    ['the example of the specification', TRACEPARENT],
    ['other flags', `00-${TRACE}-${SPAN}-ff`],
    ['a version to come', `cc-${TRACE}-${SPAN}-01`],
    ['a version to come that says more', `cc-${TRACE}-${SPAN}-01-what-the-future-will-be-like`],
    ['a version to come that ends with a dash', `01-${TRACE}-${SPAN}-01-`],
  ])('reads %s', (_what, traceparent) => {
    expect(readTraceContext({ traceparent })).toEqual({ traceparent });
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['an empty one', ''],
    ['a number', 0],
    ['words', 'garbage'],
    ['version ff', `ff-${TRACE}-${SPAN}-01`],
    ['version 00 that says more', `${TRACEPARENT}-what`],
    ['a version to come that says more without a dash', `cc-${TRACE}-${SPAN}-01.what`],
    ['a version to come that says more than fits', `cc-${TRACE}-${SPAN}-01-${'x'.repeat(201)}`],
    ['a version to come with a line break', `cc-${TRACE}-${SPAN}-01-a\r\nb`],
    ['a version of one digit', `0-${TRACE}-${SPAN}-01`],
    ['a trace of zeros', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['a span of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['capitals', TRACEPARENT.toUpperCase()],
    ['what is no digit', `00-${TRACE.replace('0', 'g')}-${SPAN}-01`],
    ['a short trace', `00-${TRACE.slice(1)}-${SPAN}-01`],
    ['no flags', `00-${TRACE}-${SPAN}`],
    ['flags of one digit', `00-${TRACE}-${SPAN}-1`],
    ['two of them', `${TRACEPARENT}, ${TRACEPARENT}`],
    ['a line break behind it', `${TRACEPARENT}\n`],
    ['spaces around it', ` ${TRACEPARENT}`],
  ])('passes over %s', (_what, traceparent) => {
    expect(readTraceContext({ traceparent, tracestate: 'a=b' })).toBeNull();
  });

  it.each([
    ['the example of the specification', 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE'],
    ['a tenant', 'fw529a3039@dt=FfAUAKQEvwQ'],
    ['spaces in and around', 'a=b c, \td=e '],
    ['empty members', 'a=b,,c=d,'],
    ['32 members', Array.from({ length: 32 }, (_, n) => `k${n}=v`).join()],
    ['the longest key and value', `${'k'.repeat(256)}=${'v'.repeat(256)}`],
  ])('reads a tracestate of %s', (_what, tracestate) => {
    expect(readTraceContext({ traceparent: TRACEPARENT, tracestate })).toEqual({
      traceparent: TRACEPARENT,
      tracestate,
    });
  });

  it.each<[string, unknown]>([
    ['nothing', ''],
    ['only commas', ' , ,'],
    ['a number', 7],
    ['a key without a value', 'a'],
    ['an empty value', 'a='],
    ['an equals sign in the value', 'a=b=c'],
    ['a key in capitals', 'A=b'],
    ['a line break', 'a=b\r\nc: d'],
    ['what is not ASCII', 'a=ü'],
    ['33 members', Array.from({ length: 33 }, (_, n) => `k${n}=v`).join()],
    ['a key too long', `${'k'.repeat(257)}=v`],
    ['a value too long', `k=${'v'.repeat(257)}`],
    ['more than fits', Array.from({ length: 9 }, (_, n) => `k${n}=${'v'.repeat(250)}`).join()],
  ])('goes on without a tracestate of %s', (_what, tracestate) => {
    expect(readTraceContext({ traceparent: TRACEPARENT, tracestate })).toEqual({ traceparent: TRACEPARENT });
  });

  it('reads every trace context there is', () => {
    const hex = (length: number): fc.Arbitrary<string> =>
      fc
        .string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length })
        .filter((text) => /[^0]/.test(text));
    const flags = fc.integer({ min: 0, max: 255 }).map((byte) => byte.toString(16).padStart(2, '0'));
    fc.assert(
      fc.property(hex(32), hex(16), flags, (trace, span, flag) => {
        const traceparent = `00-${trace}-${span}-${flag}`;
        expect(readTraceContext({ traceparent })).toEqual({ traceparent });
      }),
    );
  });

  it('lets nothing through that a header cannot carry', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string());
    const near = text.map((more) => `cc-${TRACE}-${SPAN}-01${more}`);
    fc.assert(
      fc.property(fc.oneof(text, near), text, (traceparent, state) => {
        const trace = readTraceContext({ traceparent, tracestate: `a=${state}` });
        expect(Object.values(trace ?? {}).join('')).toMatch(/^[\t -~]*$/);
      }),
      { numRuns: 1_000 },
    );
  });
});
