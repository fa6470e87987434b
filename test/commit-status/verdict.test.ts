import { describe, expect, it } from 'vitest';
import { judgeAnswer, type Verdict } from '../../src/commit-status/verdict.ts';
import type { CommitStatusSettings } from '../../src/source-settings.ts';
import { START } from '../helpers/held-clock.ts';

type HostName = CommitStatusSettings['host'];

function judge(
  host: HostName,
  answer: { status: number; headers?: Record<string, string>; body?: string },
): Verdict {
  const settings = { host, api: 'https://x', repository: 'acme/hooks', token: 't', context: 'hookline' };
  const incoming = { kind: 'answer', headers: {}, body: '', cutOff: false, ...answer } as const;
  return judgeAnswer(incoming, { settings, state: 'pending', now: START });
}

describe('judgeAnswer()', () => {
  it.each([
    [200, 'posted', null],
    [201, 'posted', null],
    [301, 'refused', 'commit'],
    [400, 'refused', 'commit'],
    [401, 'refused', 'source'],
    [403, 'refused', 'source'],
    [404, 'refused', 'commit'],
    [408, 'retry', null],
    [409, 'retry', null],
    [410, 'refused', 'commit'],
    [422, 'refused', 'commit'],
    [425, 'retry', null],
    [429, 'retry', null],
    [500, 'retry', null],
    [502, 'retry', null],
    [503, 'retry', null],
    [504, 'retry', null],
  ] as const)('takes %i as %s (%s)', (status, kind, scope) => {
    for (const host of ['github', 'gitlab', 'gitea'] as const) {
      const verdict = judge(host, { status });
      expect(verdict.kind).toBe(kind);
      expect(verdict.kind === 'refused' ? verdict.scope : null).toBe(scope);
    }
  });

  it.each<readonly [string, number, Record<string, string>, string, number]>([
    ['Retry-After of a 429', 429, { 'retry-after': '90' }, '', 90_000],
    ['Retry-After of a 403', 403, { 'retry-after': '90' }, '', 90_000],
    ['Retry-After before the reset', 429, { 'retry-after': '90', 'x-ratelimit-remaining': '0' }, '', 90_000],
    [
      'the reset of a used-up limit',
      403,
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': `${START / 1000 + 600}` },
      '',
      600_000,
    ],
    [
      'no reset of a limit that is not used up',
      429,
      { 'x-ratelimit-remaining': '7', 'x-ratelimit-reset': `${START / 1000 + 600}` },
      '',
      60_000,
    ],
    [
      'a minute for the secondary limit, which is said in words only',
      403,
      {},
      '{"message":"You have exceeded a secondary rate limit"}',
      60_000,
    ],
  ])('honours %s', (_what, status, headers, body, afterMs) => {
    const verdict = judge('github', { status, headers, body });
    expect(verdict).toMatchObject({ kind: 'retry', at: START + afterMs });
  });

  it('honours Retry-After of a 503', () => {
    expect(judge('gitea', { status: 503, headers: { 'retry-after': '7' } })).toMatchObject({
      kind: 'retry',
      at: START + 7_000,
    });
  });

  it('takes the refusal of a state that is there already as posted, of GitLab only', () => {
    const body = '{"message":"Cannot transition status via :enqueue from :pending (Reason(s): …)"}';
    expect(judge('gitlab', { status: 400, body })).toEqual({ kind: 'posted' });
    expect(judge('gitea', { status: 400, body }).kind).toBe('refused');
    const other = '{"message":"Cannot transition status via :enqueue from :running (Reason(s): …)"}';
    expect(judge('gitlab', { status: 400, body: other }).kind).toBe('refused');
  });

  it.each<readonly [HostName, string]>([
    ['github', 'Commit statuses: write'],
    ['gitlab', 'scope api'],
    ['gitea', 'write:repository'],
  ])('says what a token of %s needs', (host, needs) => {
    for (const status of [401, 403, 404])
      expect(judge(host, { status })).toMatchObject({ message: expect.stringContaining(needs) });
  });

  it.each([
    ['{"message":"Bad credentials"}', 'github answered 401 (Bad credentials): '],
    ['{"message":{"name":["has already been taken"]}}', '({"name":["has already been taken"]})'],
    ['{"error":"insufficient_scope"}', '(insufficient_scope)'],
    ['<html>\nno', '(<html>·no)'],
    ['', 'github answered 401: '],
    ['x'.repeat(4_096), `(${'x'.repeat(200)})`],
  ])('quotes what the host says in one short line: %s', (body, quoted) => {
    expect(judge('github', { status: 401, body })).toMatchObject({
      message: expect.stringContaining(quoted),
    });
  });

  it('tries again where there was no answer', () => {
    const facts = {
      settings: { host: 'github' } as CommitStatusSettings,
      state: 'pending',
      now: START,
    } as const;
    const incoming = { kind: 'error', reason: 'timeout', message: 'timed out after 1 ms' } as const;
    expect(judgeAnswer(incoming, facts)).toEqual({
      kind: 'retry',
      at: null,
      message: 'timed out after 1 ms',
    });
  });
});
