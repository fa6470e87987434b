import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { runCommand } from '../helpers/process.ts';
import { runApp } from '../helpers/running-app.ts';
import { createTempDir, type TempDir } from '../helpers/temp-dir.ts';
import { KEYS, runOnTerminal, startOnTerminal } from '../helpers/terminal.ts';

const MAIN = new URL('../../src/main.ts', import.meta.url).pathname;
const LISTING = new URL('../fixtures/kong/event-hooks.json', import.meta.url).pathname;
const LOG = 'source: crud\nevent: consumers\nhandler: log\n';
const WRONG = `source: crud
event: consumers
handler: webhook-custom
config:
  method: POST
  url: https://chat.example/hooks
  headers: { x-team: billing }
  payload: { text: "a long text about {{ entity.username }}, whom somebody added", text_format: {{ md }} }
`;
const WARNED = `source: crud
event: consumers
handler: webhook
config: { url: "https://receiver.example/" }
`;
const TESTS = `kind: HookTest
tests:
  - name: logs what came
    hooks: [log]
    events: [{ source: crud, event: consumers, data: { operation: create, entity: { username: jane } } }]
    expect: { logs: [{ data: { operation: update, entity: { username: jane } } }] }
`;
const COLOUR = '\u001b[3';

function createHooks(files: Readonly<Record<string, string>>): TempDir {
  const dir = createTempDir();
  for (const [file, text] of Object.entries(files)) dir.write(`hooks.d/${file}`, text);
  return dir;
}

describe('what validate says', () => {
  const files = { 'warned.yaml': WARNED, 'wrong.yaml': WRONG };

  it('has colours on a terminal, and is else what a pipe gets', async () => {
    using dir = createHooks(files);
    const piped = await runCommand(['validate'], { cwd: dir.path });
    expect(piped).toMatchSnapshot();
    const { code, screen, raw } = await runOnTerminal(['validate'], { cwd: dir.path });
    expect(code).toBe(1);
    expect(screen).toBe(piped.stdout + piped.stderr);
    expect(raw).toContain(`${COLOUR}1mhooks.d/wrong.yaml:8:97 error yaml_syntax`);
    expect(raw).toContain(`${COLOUR}3mhooks.d/warned.yaml:4:16 warning ssl_verify_unsaid`);
  });

  it('has no colours where NO_COLOR asks for none', async () => {
    using dir = createHooks(files);
    const { screen, raw } = await runOnTerminal(['validate'], { cwd: dir.path, env: { NO_COLOR: '1' } });
    expect(raw).not.toContain('\u001b');
    expect(screen).toContain('> 8 |');
  });

  it('breaks no line of a file on a narrow terminal, so that the caret stays under its place', async () => {
    using dir = createHooks(files);
    const columns = 44;
    const { screen } = await runOnTerminal(['validate'], { cwd: dir.path, columns });
    const frame = screen.split('\n').filter((line) => /^[> ] +\d* \| /.test(line));
    expect(frame.filter((line) => line.length > columns)).toEqual([]);
    const at = frame.findIndex((line) => line.startsWith('> 8'));
    expect(frame[at]?.slice(frame[at + 1]?.indexOf('^'))).toMatch(/^\{\{ md \}\}/);
  });
});

describe('a command on a terminal', () => {
  it.each([
    ['events', ['events']],
    ['events of a source', ['events', 'balancer']],
    ['one event', ['events', 'crud', 'consumers']],
    ['completion', ['completion', 'fish']],
    ['import', ['import', 'kong', '--from', LISTING, '--to', 'imported', '--check']],
    ['a path that is not there', ['validate', 'nowhere']],
    ['a mistake in the command line', ['validate', '--formt', 'json']],
  ])('says the same as into a pipe: %s', async (_what, args) => {
    using dir = createHooks({ 'log.yaml': LOG });
    const piped = await runCommand(args, { cwd: dir.path });
    const { code, screen } = await runOnTerminal(args, { cwd: dir.path, columns: 80 });
    expect({ code, screen }).toEqual({ code: piped.code, screen: piped.stdout + piped.stderr });
    if (args[0] !== 'completion') expect(piped.stdout + piped.stderr).toMatchSnapshot();
  });

  it('shows where a test fails in colours', async () => {
    using dir = createHooks({ 'log.yaml': LOG, 'log.test.yaml': TESTS });
    const piped = await runCommand(['test'], { cwd: dir.path });
    expect(piped).toMatchSnapshot();
    const { code, screen, raw } = await runOnTerminal(['test'], { cwd: dir.path });
    expect({ code, screen }).toEqual({ code: 1, screen: piped.stdout + piped.stderr });
    expect(raw).toContain(`${COLOUR}1m    - `);
    expect(raw).toContain(`${COLOUR}2m    + `);
  });

  it('shows what differs in colours', async () => {
    using dir = createTempDir();
    const message = '{ text: "{{ entity.username }}" }';
    dir.write('one/chat.yaml', WRONG.replace(/ {2}payload.*\n/, ''));
    dir.write('two/chat.yaml', WRONG.replace(/ {2}payload.*\n/, `  payload: ${message}\n`));
    dir.write('one/gone.yaml', LOG.replace('consumers', 'routes'));
    dir.write('two/new.yaml', LOG);
    const piped = await runCommand(['diff', 'one', 'two'], { cwd: dir.path });
    expect({ ...piped, stdout: piped.stdout.replaceAll(/sha256:\w+/g, 'sha256:…') }).toMatchSnapshot();
    const { code, screen, raw } = await runOnTerminal(['diff', 'one', 'two'], { cwd: dir.path });
    expect({ code, screen }).toEqual({ code: 1, screen: piped.stdout + piped.stderr });
    expect(raw).toContain(COLOUR);
  });

  it('shows the status of a server', async () => {
    await using app = await runApp({ 'log.yaml': LOG });
    const { code, screen, raw } = await runOnTerminal(['status', '--url', app.app.url], { cwd: '/' });
    expect(code).toBe(0);
    expect(screen).toMatch(/^Ready +hookline \S+, serving live\n/);
    expect(raw).toContain(COLOUR);
  });
});

describe('Ctrl-C', () => {
  it('ends a server that has nothing in flight, with code 0', async () => {
    using dir = createHooks({ 'log.yaml': LOG });
    await using terminal = startOnTerminal(['serve', '--listen', '127.0.0.1:0'], { cwd: dir.path });
    await terminal.shows('Hookline serves hooks.d on http://127.0.0.1:');
    terminal.type(KEYS.interrupt);
    expect(await terminal.ended).toBe(0);
    expect(terminal.screen()).toContain('Stopping: finishing what is in flight');
  });

  it('ends a watch of tests, with the code of the last run', async () => {
    using dir = createHooks({ 'log.yaml': LOG, 'log.test.yaml': TESTS });
    await using terminal = startOnTerminal(['test', '--watch'], { cwd: dir.path });
    await terminal.shows('Failed: 1 test of 1 file, 1 failed');
    dir.write('hooks.d/log.test.yaml', TESTS.replace('operation: update', 'operation: create'));
    await terminal.shows('Passed: 1 test of 1 file');
    terminal.type(KEYS.interrupt);
    expect(await terminal.ended).toBe(0);
  });

  it('ends a receiver', async () => {
    await using terminal = startOnTerminal(['listen', '--listen', '127.0.0.1:0'], { cwd: '/' });
    await terminal.shows('http://127.0.0.1:');
    terminal.type(KEYS.interrupt);
    expect(await terminal.ended).toBe(0);
  });
});

/** Runs a command whose output nobody reads: its end of the pipe is closed before anything is written. */
async function runUnread(
  args: readonly string[],
  cwd: string,
): Promise<{ code: number | null; stderr: string }> {
  const child = spawn(process.execPath, [MAIN, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
  return { code, stderr };
}

describe('a pipe whose reader has gone', () => {
  it.each([
    [['events', 'crud'], { code: 0, stderr: '' }],
    [['--help'], { code: 0, stderr: '' }],
    [['completion', 'zsh'], { code: 0, stderr: '' }],
    [['validate'], { code: 1, stderr: 'Not valid: 1 hook, 1 error, 1 warning\n' }],
    [['test'], { code: 1, stderr: 'Failed: 0 tests of 0 files, 1 error, 0 warnings\n' }],
  ])('ends %j without a word about it', async (args, ending) => {
    using dir = createHooks({ 'warned.yaml': WARNED, 'wrong.yaml': WRONG, 'log.test.yaml': TESTS });
    expect(await runUnread(args, dir.path)).toEqual(ending);
  });
});
