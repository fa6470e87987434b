import { describe, expect, it } from 'vitest';
import { checkHookNames } from '../../src/hook-test/check-names.ts';
import { loadTestFile } from '../../src/hook-test/load-tests.ts';
import { toBrief } from '../helpers/load-text.ts';

const HEAD = 'kind: HookTest\n';

function problemsOf(text: string): readonly string[] {
  const { problems } = loadTestFile('a.test.yaml', Buffer.from(text));
  return problems.map((problem) => `${toBrief(problem)}${problem.hint === null ? '' : ` (${problem.hint})`}`);
}

describe('loadTestFile()', () => {
  it('fills in what is not written', () => {
    const { tests, problems } = loadTestFile('a.test.yaml', Buffer.from(`${HEAD}tests: [{ name: a }]\n`));
    expect(problems).toEqual([]);
    expect(tests[0]?.test).toEqual({
      kind: 'HookTest',
      description: null,
      secrets: { env: {}, files: {} },
      start: '2026-01-01T00:00:00Z',
      tests: [
        {
          name: 'a',
          description: null,
          hooks: null,
          secrets: { env: {}, files: {} },
          events: [],
          answers: {},
          exactly: true,
          snapshot: false,
          expect: {},
        },
      ],
    });
  });

  it.each([
    ['', ['1:1 file_empty (Write one, or remove the file)']],
    [
      'kind: HookTest\n',
      ['1:1 missing_key (The tests. Each begins with an empty journal, at the start time.)'],
    ],
    [
      'tests: []\n',
      ['1:1 unknown_kind (Say kind: HookTest; definitions go into files not named *.test.yaml)'],
    ],
    ['kind: HookTst\n', ['1:7 unknown_kind kind (Did you mean "HookTest"?)']],
    ['source: crud\nhandler: log\n', [expect.stringContaining('1:1 unknown_kind (Say kind: HookTest;')]],
    [
      `${HEAD}tests:\n  - name: a\n    expext: {}\n`,
      ['4:5 unknown_key tests[0].expext (Did you mean "expect"?)'],
    ],
    [
      `${HEAD}tests:\n  - name: a\n    expect:\n      requests: [{ urll: x }]\n`,
      ['5:20 unknown_key tests[0].expect.requests[0].urll (Did you mean "url"?)'],
    ],
    [
      `${HEAD}tests:\n  - name: a\n    answers: { hook: [500, 99] }\n`,
      [expect.stringMatching(/^4:28 bad_value tests\[0\]\.answers\.hook\[1\] \(A status, or why/)],
    ],
    [
      `${HEAD}tests:\n  - name: a\n    answers: { hook: timeot }\n`,
      [expect.stringMatching(/^4:22 bad_value tests\[0\]\.answers\.hook \(.*timeout, refused/)],
    ],
    [
      `${HEAD}tests:\n  - name: a\n    answers: { hook: { header: {} } }\n`,
      ['4:24 unknown_key tests[0].answers.hook.header (Did you mean "headers"?)'],
    ],
    [
      `${HEAD}tests:\n  - { name: a, until: 5 minutes }\n`,
      [expect.stringContaining('3:23 bad_value tests[0].until')],
    ],
    [
      `${HEAD}tests:\n  - { name: a, until: 999999999999d }\n`,
      [expect.stringContaining('3:23 bad_value tests[0].until')],
    ],
    [
      `${HEAD}tests:\n  - { name: a, until: ${'9999999d'.repeat(9)} }\n`,
      [expect.stringContaining('3:23 bad_value tests[0].until')],
    ],
    [
      `${HEAD}tests:\n  - { name: a, until: ${'9999999d'.repeat(8)}, events: [{ at: 2592000000ms, source: a, event: b }] }\n`,
      [],
    ],
    [
      `${HEAD}tests:\n  - { name: a, until: 1m, events: [{ at: 60, source: a, event: b }, { at: 61s, source: a, event: b }] }\n`,
      ['3:75 bad_value tests[0].events[1].at (Let the test end later, or leave "until" out)'],
    ],
    [`${HEAD}start: 2026-02-30T00:00:00Z\ntests: [{ name: a }]\n`, ['2:8 bad_value start']],
    [
      `${HEAD}tests: [{ name: a }, { name: a }]\n`,
      ['2:30 name_duplicate tests[1].name (Give each test a name of its own)'],
    ],
    [
      `${HEAD}tests: [{ name: a }]\n---\n${HEAD}tests: [{ name: a }]\n`,
      ['5:17 name_duplicate tests[0].name (Give each test a name of its own)'],
    ],
    [
      `${HEAD}tests:\n  - name: a\n    events: [{ source: crud, event: a, data: {}, data_file: b }]\n`,
      ['4:61 bad_value tests[0].events[0].data_file (Keep one)'],
    ],
    [
      `${HEAD}secrets: { env: { slack-url: x } }\ntests: [{ name: a }]\n`,
      [expect.stringMatching(/^2:19 bad_value secrets\.env\.slack-url \(.*SLACK_URL/)],
    ],
    [
      `${HEAD}definitions:\n  - name: a\n    source: crud\n    handler: lo\ntests: [{ name: a }]\n`,
      ['5:14 unknown_handler handler (Did you mean "log"?)'],
    ],
    [
      `${HEAD}definitions: [{ source: crud, handler: log }]\ntests: [{ name: a }]\n`,
      [expect.stringContaining('2:15 name_missing')],
    ],
    ['kind: HookTest\ntests: [\n', ['2:8 yaml_syntax (Close it with ])']],
  ])('names the place and the fix of %j', (text, problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });
});

describe('checkHookNames()', () => {
  const check = (body: string): readonly string[] => {
    const [loaded] = loadTestFile('a.test.yaml', Buffer.from(`${HEAD}tests:\n  - name: a\n${body}`)).tests;
    if (loaded === undefined) throw new Error(`Cannot load ${body}`);
    return checkHookNames(loaded, ['slack', 'audit']).map(
      (problem) => `${toBrief(problem)} (${problem.hint})`,
    );
  };

  it.each([
    ['    hooks: [slak]\n', ['4:13 unknown_hook tests[0].hooks[0] (Did you mean "slack"?)']],
    ['    answers: { adit: 500 }\n', ['4:16 unknown_hook tests[0].answers.adit (Did you mean "audit"?)']],
    [
      '    expect: { stopped: [{ hook: other }] }\n',
      ['4:33 unknown_hook tests[0].expect.stopped[0].hook (Known: slack, audit)'],
    ],
    [
      '    hooks: [slack]\n    answers: { audit: 500 }\n',
      ['5:16 unknown_hook tests[0].answers.audit (Add it to "hooks" of the test)'],
    ],
    [
      '    expect: { requests: [{ at: 0 }] }\n',
      [
        '4:26 missing_key tests[0].expect.requests[0] (Say which hook is meant: more than one is live in the test)',
      ],
    ],
    ['    hooks: [slack]\n    expect: { requests: [{ at: 0 }], refused: [{ at: 0 }] }\n', []],
  ])('finds what is wrong with %j', (body, problems) => {
    expect(check(body)).toEqual(problems);
  });
});
