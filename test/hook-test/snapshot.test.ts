import { describe, expect, it } from 'vitest';
import { checkSnapshot, formatSnapshots, parseSnapshots, toSnapshot } from '../../src/hook-test/snapshot.ts';
import { NOTHING } from '../helpers/happenings.ts';

const BOUNDARY = `hookline-${'0a'.repeat(16)}`;

describe('toSnapshot()', () => {
  it('keeps what is the same in every run, and no empty list', () => {
    const headers = {
      'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
      connection: 'keep-alive',
      'content-length': '3',
      host: 'a',
      'user-agent': 'hookline/1',
      'webhook-id': 'delivery-1',
      'webhook-signature': 'v1,abc',
    };
    const request = { hook: 'a', at: 90_000, method: 'POST', headers, body: `--${BOUNDARY}--`, signed: true };
    expect(toSnapshot({ ...NOTHING, requests: [request] })).toEqual({
      requests: [
        {
          at: '1m30s',
          hook: 'a',
          method: 'POST',
          headers: { 'content-type': 'multipart/form-data; boundary=(boundary)', 'webhook-id': 'delivery-1' },
          body: '--(boundary)--',
          signed: true,
        },
      ],
    });
  });
});

describe('a file of snapshots', () => {
  it('is read as it was written', () => {
    const snapshots = { one: { requests: [{ at: '0s', text: 'a: b\n- c', __proto__: null }] }, two: {} };
    expect(parseSnapshots(formatSnapshots(snapshots))).toEqual(snapshots);
    expect(parseSnapshots('')).toEqual({});
  });

  it.each(['- a', 'a: [', 'text'])('is not one when it holds %j', (text) => {
    expect(parseSnapshots(text)).toBeNull();
  });
});

describe('checkSnapshot()', () => {
  it('says what to do about one that is missing or differs', () => {
    expect(checkSnapshot(undefined, {})).toMatchObject([{ hint: 'Write it: hookline test --update' }]);
    expect(checkSnapshot({ requests: [{ at: '0s' }] }, { requests: [{ at: '5s' }] })).toMatchObject([
      {
        hint: 'If it is meant: hookline test --update',
        differences: [{ path: ['requests', 0, 'at'], expected: '0s', received: '5s' }],
      },
    ]);
    expect(checkSnapshot({ a: [1] }, { a: [1] })).toEqual([]);
  });
});
