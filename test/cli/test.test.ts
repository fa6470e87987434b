import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import type { CommandContext } from '../../src/cli/command.ts';
import { createProgram } from '../../src/cli/program.ts';
import { ERROR_CODES, HooklineError, toMessage } from '../../src/errors.ts';
import { runCommand, startCommand } from '../helpers/process.ts';
import { createTempDir, type TempDir } from '../helpers/temp-dir.ts';

const HOOK = `source: crud
event: consumers
handler: webhook
config: { url: "http://receiver.example.com/", ssl_verify: true }
`;
const EVENT = '{ source: crud, event: consumers, data: { operation: create } }';

function toTest(...tests: readonly string[]): string {
  return `kind: HookTest\ntests:\n${tests.map((test) => `  - ${test.trim().replaceAll('\n', '\n    ')}\n`).join('')}`;
}

const PASSING = toTest(`name: sends it\nevents: [${EVENT}]\nexpect: { requests: [{ method: POST }] }`);
const FAILING = toTest(`name: sends it twice
events:
  - ${EVENT}
answers: { hook: [503] }
expect:
  requests:
    - at: 0s
      json: { operation: update, event: consumers, source: crud }
    - at: 6s`);

/** A directory with hooks.d/hook.yaml and these files. */
function createHooks(files: Readonly<Record<string, string>>): TempDir {
  const dir = createTempDir();
  for (const [file, text] of Object.entries({ 'hooks.d/hook.yaml': HOOK, ...files })) dir.write(file, text);
  return dir;
}

/** Runs `hookline test` on a directory in this process. What it prints has paths from there. */
async function run(dir: TempDir, ...args: readonly string[]): ReturnType<typeof runCommand> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const { stdin, env } = process;
  const streams = { stdin, stdout, stderr } as unknown as Pick<CommandContext, 'stdin' | 'stdout' | 'stderr'>;
  const context = { ...streams, env, stopped: new Promise<void>(() => {}), onHangup: () => {} };
  let code: number | null = null;
  const program = createProgram(context, (ended) => {
    code = ended;
  });
  // A path of its own takes the place of the directory.
  const paths = args.some((arg) => arg.includes('/') && !arg.startsWith(dir.path))
    ? []
    : [`${dir.path}/hooks.d`];
  try {
    await program.parseAsync(['test', ...paths, ...args], { from: 'user' });
  } catch (error) {
    code = error instanceof HooklineError ? ERROR_CODES[error.code].exit : 2;
    stderr.write(toMessage(error));
  }
  stdout.end();
  stderr.end();
  const [out, err] = await Promise.all([text(stdout), text(stderr)]);
  const shorten = (printed: string): string => printed.replaceAll(`${dir.path}/`, '');
  return { code, stdout: shorten(out), stderr: shorten(err) };
}

describe('the command line', () => {
  it('runs the tests of hooks.d, whatever the environment', async () => {
    const hook = HOOK.replace('"http://receiver.example.com/"', '"{vault://env/hook-url}"');
    const passing = PASSING.replace('method: POST', 'url: "https://hook-url.test/"');
    using dir = createHooks({ 'hooks.d/hook.yaml': hook, 'hooks.d/hook.test.yaml': passing });
    const options = { cwd: dir.path, env: { HOOK_URL: 'http://127.0.0.1:9/' } };
    expect(await runCommand(['test'], options)).toEqual({
      code: 0,
      stdout: 'Passed: 1 test of 1 file\n',
      stderr: '',
    });
  });

  it('exits with 1 when a test fails', async () => {
    using dir = createHooks({ 'hooks.d/hook.test.yaml': FAILING });
    expect(await runCommand(['test', 'hooks.d'], { cwd: dir.path })).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('hooks.d/hook.test.yaml:10:30 failed: sends it twice'),
      stderr: 'Failed: 1 test of 1 file, 1 failed\n',
    });
  });

  it('exits with 2 when there is no such test', async () => {
    using dir = createHooks({});
    expect((await runCommand(['test', 'hooks.d/hook.yaml'], { cwd: dir.path })).code).toBe(2);
  });

  it.each([
    ['.', ['hooks.d/team/mine.test.yaml'], 0],
    ['hooks.d', ['team', '--root', '.'], 0],
    ['hooks.d', ['team'], 1],
  ])('names hooks as they are served, run in %s with %j', async (cwd, args, code) => {
    using dir = createHooks({
      'hooks.d/team/mine.yaml': HOOK,
      'hooks.d/team/mine.test.yaml': toTest(
        `name: both\nevents: [${EVENT}]\nexpect: { requests: [{ hook: hook }, { hook: team/mine }] }`,
      ),
    });
    expect((await runCommand(['test', ...args], { cwd: join(dir.path, cwd) })).code).toBe(code);
  });

  it('runs again when a test, a definition or a file of data changes, until it is stopped', async () => {
    using dir = createHooks({
      'hooks.d/hook.test.yaml': toTest(
        `name: one\nevents: [{ source: crud, event: consumers, data_file: ../data.yaml }]\nexpect: { requests: [{ method: POST }] }`,
      ),
      'data.yaml': 'a: 1\n',
    });
    await using command = startCommand(['test', '--watch'], { cwd: dir.path });
    const runs = (number: number): Promise<unknown> =>
      command.printed(new RegExp(`(Watching for changes[\\s\\S]*){${number}}`));
    await runs(1);
    expect(command.stdout()).toBe('Passed: 1 test of 1 file\n');
    dir.write('hooks.d/hook.yaml', `${HOOK}filter: data.a == 2\n`);
    await command.printed('Request 1 of "hook" was not sent');
    await runs(2);
    dir.write('data.yaml', 'a: 2\n');
    await command.printed(/(Passed: 1 test of 1 file[\s\S]*){2}/);
    await runs(3);
    dir.write('hooks.d/hook.test.yaml', 'kind: HookTest\n');
    await command.printed('Missing key "tests"');
    await runs(4);
    command.kill('SIGINT');
    expect(await command.ended).toBe(1);
  });
});

describe('hookline test', () => {
  it('passes', async () => {
    using dir = createHooks({ 'hooks.d/hook.test.yaml': PASSING, 'hooks.d/team/other.test.yml': PASSING });
    expect(await run(dir)).toEqual({ code: 0, stdout: 'Passed: 2 tests of 2 files\n', stderr: '' });
  });

  it('shows the place of what is not so, what came instead, and what happened', async () => {
    using dir = createHooks({ 'hooks.d/hook.test.yaml': FAILING });
    const { code, stdout, stderr } = await run(dir);
    const body = '{"operation":"create","event":"consumers","source":"crud"}';
    const happened = [
      '  what happened:',
      `    0s  hook  event-1 sent: POST http://receiver.example.com/ ${body} → 503`,
      `    5s  hook  event-1 sent: POST http://receiver.example.com/ ${body} → 200`,
      '',
    ];
    expect(stdout.split('\n')).toEqual([
      'hooks.d/hook.test.yaml:10:30 failed: sends it twice',
      '  Request 1 of "hook" is not as expected',
      '   8 |       requests:',
      '   9 |         - at: 0s',
      '> 10 |           json: { operation: update, event: consumers, source: crud }',
      '     |                              ^',
      '  11 |         - at: 6s',
      '  12 |',
      '  json.operation:',
      '    - "update"',
      '    + "create"',
      ...happened,
      'hooks.d/hook.test.yaml:11:15 failed: sends it twice',
      '  Request 2 of "hook" is not as expected',
      '   9 |         - at: 0s',
      '  10 |           json: { operation: update, event: consumers, source: crud }',
      '> 11 |         - at: 6s',
      '     |               ^',
      '  12 |',
      '  at:',
      '    - "6s"',
      '    + "5s"',
      ...happened,
      '',
    ]);
    expect([code, stderr]).toEqual([1, 'Failed: 1 test of 1 file, 1 failed\n']);
  });

  it('says what is wrong with a test, and runs the others', async () => {
    using dir = createHooks({
      'hooks.d/hook.test.yaml': PASSING,
      'hooks.d/bad.test.yaml': toTest('name: a\nanswers: { hok: 500 }'),
    });
    const { code, stdout, stderr } = await run(dir);
    expect(stdout).toContain(
      [
        'hooks.d/bad.test.yaml:4:16 error unknown_hook: There is no hook "hok"',
        '  2 | tests:',
        '  3 |   - name: a',
        '> 4 |     answers: { hok: 500 }',
        '    |                ^',
        '  5 |',
        '  hint: Did you mean "hook"?',
      ].join('\n'),
    );
    expect([code, stderr]).toEqual([1, 'Failed: 1 test of 1 file, 1 error, 0 warnings\n']);
  });

  it('says what is wrong with the definitions instead of running their tests, once', async () => {
    using dir = createHooks({
      'hooks.d/broken.yaml': 'source: crud\nhandler: webhok\n',
      'hooks.d/hook.test.yaml': PASSING,
      'hooks.d/more.test.yaml': PASSING,
    });
    const { code, stdout, stderr } = await run(dir);
    expect(stdout.match(/hooks\.d\/broken\.yaml:2:10 error unknown_handler/g)).toHaveLength(1);
    expect([code, stderr]).toEqual([1, 'Failed: 0 tests of 0 files, 1 error, 0 warnings\n']);
  });

  it.each([
    [['--run', 'nothing'], 2, 'Cannot find a test whose name matches /nothing/'],
    [['--run', '('], 2, 'it is a regular expression'],
    [['--junit', '/nowhere/at/all.xml'], 2, 'Cannot write "/nowhere/at/all.xml"'],
    [['/nowhere/at/all'], 1, 'Cannot find "/nowhere/at/all"'],
    [['schemas/hook-test.schema.json'], 2, 'tests are in files named *.test.yaml'],
  ])('says what is wrong with %j', async (args, code, message) => {
    using dir = createHooks({ 'hooks.d/hook.test.yaml': PASSING });
    const ran = await run(dir, ...args);
    expect([ran.code, ran.stderr]).toEqual([code, expect.stringContaining(message)]);
  });

  it('says that there are no tests', async () => {
    using dir = createHooks({});
    expect(await run(dir)).toMatchObject({
      code: 2,
      stderr: 'Cannot find a test in hooks.d: tests are in files named *.test.yaml',
    });
  });

  it('tests the definitions that a file names or holds', async () => {
    using dir = createHooks({
      'sources/billing.yaml': 'kind: EventSource\nname: billing\nevents: { paid: {} }\n',
      'hooks.d/broken.yaml': 'handler: none\n',
      'hooks.d/.events/paid.json': '{ "invoice": 42 }',
      'hooks.d/a.test.yaml': `kind: HookTest
definitions:
  - ../sources
  - hook.yaml
  - { name: inline, source: billing, handler: log }
tests:
  - name: a
    events: [{ source: billing, event: paid, data_file: .events/paid.json }, ${EVENT}]
    expect:
      requests: [{ hook: hook }]
      logs: [{ hook: inline, data: { invoice: 42 } }]
`,
    });
    expect(await run(dir)).toMatchObject({ code: 0, stderr: '' });
  });

  it('says which file that a test names cannot be read', async () => {
    using dir = createHooks({
      'hooks.d/a.test.yaml': `kind: HookTest\ndefinitions: [../nowhere]\ntests: [{ name: a }]\n`,
      'hooks.d/b.test.yaml': toTest('name: b\nevents: [{ source: crud, event: a, data_file: no.json }]'),
      'hooks.d/.events/list.json': '[]',
      'hooks.d/c.test.yaml': toTest(
        'name: c\nevents: [{ source: crud, event: a, data_file: .events/list.json }]',
      ),
    });
    const { code, stdout } = await run(dir);
    expect(code).toBe(1);
    expect(stdout.match(/^hooks.*/gm)).toEqual([
      expect.stringMatching(
        /^hooks.d\/a.test.yaml:2:15 error file_unreadable: Cannot read "..\/nowhere": ENOENT/,
      ),
      expect.stringMatching(
        /^hooks.d\/b.test.yaml:4:51 error file_unreadable: Cannot read "no.json": ENOENT/,
      ),
      'hooks.d/c.test.yaml:4:51 error file_unreadable: Cannot read ".events/list.json": it must hold a map of keys and values',
    ]);
  });

  it('runs the tests whose names are asked for', async () => {
    using dir = createHooks({ 'hooks.d/a.test.yaml': toTest('name: one', 'name: two', 'name: twenty') });
    const { stdout } = await run(dir, '--run', '^tw');
    expect(stdout).toBe('Passed: 2 tests of 1 file\n');
  });

  it('prints JSON, with what happened', async () => {
    using dir = createHooks({ 'hooks.d/hook.test.yaml': FAILING });
    const { code, stdout } = await run(dir, '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      passed: false,
      total: 1,
      failed: 1,
      problems: [],
      tests: [
        {
          file: 'hooks.d/hook.test.yaml',
          name: 'sends it twice',
          line: 3,
          column: 11,
          passed: false,
          durationMs: expect.any(Number),
          failures: [
            {
              line: 10,
              column: 30,
              path: 'tests[0].expect.requests[0].json.operation',
              message: 'Request 1 of "hook" is not as expected',
              differences: [{ path: ['json', 'operation'], expected: 'update', received: 'create' }],
            },
            { line: 11, column: 15 },
          ],
          happened: [
            { at: '0s', hook: 'hook' },
            { at: '5s', hook: 'hook' },
          ],
        },
      ],
    });
  });

  it('writes a JUnit report, of what failed and of what could not be run', async () => {
    using dir = createHooks({
      'hooks.d/hook.test.yaml': FAILING.replace('sends it twice', '"<&> \\u0001"'),
      'hooks.d/ok.test.yaml': PASSING,
      'hooks.d/bad.test.yaml': 'kind: HookTest\n',
    });
    await run(dir, '--junit', join(dir.path, 'report.xml'));
    const xml = readFileSync(join(dir.path, 'report.xml'), 'utf8').replaceAll(`${dir.path}/`, '');
    expect(xml).toMatch(
      /^<\?xml version="1.0" encoding="UTF-8"\?>\n<testsuites name="hookline" tests="3" failures="1" errors="1" time="[\d.]+">\n/,
    );
    expect(xml).toMatch(
      /<testcase name="&lt;&amp;&gt; \ufffd" classname="hooks.d\/hook.test.yaml" file="hooks.d\/hook.test.yaml" line="3" time="[\d.]+"><failure message="Request 1 of &quot;hook&quot; is not as expected">/,
    );
    expect(xml).toMatch(
      /<testcase name="sends it" classname="hooks.d\/ok.test.yaml" file="hooks.d\/ok.test.yaml" line="3" time="[\d.]+"\/>/,
    );
    expect(xml).toContain(
      '<error message="hooks.d/bad.test.yaml:1:1 error missing_key: Missing key &quot;tests&quot;"/>',
    );
    expect(xml.match(/<(testsuite|testcase|failure)[ >]/g)?.length).toBe(
      (xml.match(/<\/(testsuite|testcase|failure)>|<testcase [^>]*\/>/g) ?? []).length,
    );
  });

  it('holds what happens against snapshots, which --update writes', async () => {
    const test = (answer: number): string =>
      toTest(`name: one\nsnapshot: true\nevents: [${EVENT}]\nanswers: { hook: [${answer}] }`, 'name: two');
    using dir = createHooks({ 'hooks.d/hook.test.yaml': test(500) });
    const ran = (...args: readonly string[]) => run(dir, ...args);
    const missing = await ran();
    expect([missing.code, missing.stdout]).toEqual([1, expect.stringContaining('hookline test --update')]);
    expect((await ran('--update')).stdout).toBe(
      'Written: hooks.d/hook.test.yaml.snap\nPassed: 2 tests of 1 file\n',
    );
    const file = join(dir.path, 'hooks.d/hook.test.yaml.snap');
    expect(readFileSync(file, 'utf8')).toContain('url: http://receiver.example.com/');
    expect((await ran()).code).toBe(0);
    expect((await ran('--update')).stdout).toBe('Passed: 2 tests of 1 file\n');
    dir.write('hooks.d/hook.test.yaml', test(404));
    const differs = await ran();
    expect([differs.code, differs.stdout]).toEqual([
      1,
      expect.stringContaining('  requests[0].answer:\n    - "500"\n    + "404"\n'),
    ]);
    dir.write('hooks.d/hook.test.yaml', toTest('name: one'));
    await ran('--update', '--run', 'none of them');
    expect(existsSync(file)).toBe(true);
    await ran('--update');
    expect(existsSync(file)).toBe(false);
  });

  it('leaves snapshots alone that it cannot read, or whose definitions are broken', async () => {
    using dir = createHooks({
      'hooks.d/hook.test.yaml': toTest(`name: one\nsnapshot: true\nevents: [${EVENT}]`),
      'hooks.d/hook.test.yaml.snap': '- what is this',
    });
    const update = () => run(dir, '--update');
    expect((await update()).stdout).toContain('hooks.d/hook.test.yaml.snap:1:1 error yaml_syntax: ');
    expect(readFileSync(join(dir.path, 'hooks.d/hook.test.yaml.snap'), 'utf8')).toBe('- what is this');
    dir.write('hooks.d/hook.test.yaml.snap', 'one: { requests: [] }\n');
    dir.write('hooks.d/broken.yaml', 'handler: none\n');
    expect((await update()).code).toBe(1);
    expect(readFileSync(join(dir.path, 'hooks.d/hook.test.yaml.snap'), 'utf8')).toContain('requests: []');
  });

  it('shows no secret that a definition holds in clear', async () => {
    const hook = HOOK.replace('ssl_verify', 'headers: { authorization: "Bearer s3cr3t-t0ken" }, ssl_verify');
    using dir = createHooks({
      'hooks.d/hook.yaml': hook,
      'hooks.d/hook.test.yaml': toTest(
        `name: one\nsnapshot: true\nevents: [${EVENT}]\nexpect: { requests: [{ headers: { authorization: x } }] }`,
      ),
    });
    const { stdout } = await run(dir, '--update');
    const json = await run(dir, '--json', '--junit', join(dir.path, 'report.xml'));
    const files = ['report.xml', 'hooks.d/hook.test.yaml.snap'].map((file) =>
      readFileSync(join(dir.path, file), 'utf8'),
    );
    expect(stdout).toContain('[redacted]');
    for (const text of [stdout, json.stdout, ...files]) expect(text).not.toContain('s3cr3t');
  });
});
