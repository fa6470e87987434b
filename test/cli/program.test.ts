import { describe, expect, it } from 'vitest';
import { VERSION } from '../../src/version.ts';
import { runCommand } from '../helpers/process.ts';

const COMMANDS = [
  'serve',
  'validate',
  'diff',
  'import',
  'new',
  'test',
  'render',
  'explain',
  'emit',
  'listen',
  'events',
  'status',
  'reconcile',
  'confirm',
  'ping',
  'replay',
  'token',
  'completion',
];

describe.concurrent('hookline --help', () => {
  it('lists the commands and shows an example', async ({ expect }) => {
    const { code, stdout, stderr } = await runCommand(['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const listed = [...(stdout.split('Commands:')[1] ?? '').matchAll(/^ {2}([a-z]+) .*\S$/gm)].map(
      ([, name]) => name,
    );
    expect(listed).toEqual([...COMMANDS, 'help']);
    expect(stdout).toMatchSnapshot();
  });

  it('is shown for no command at all, as a mistake', async () => {
    const { code, stdout, stderr } = await runCommand([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Usage: hookline [options] [command]');
  });

  it.for([...COMMANDS, 'token new'])('says what %s takes, with an example', async (command, { expect }) => {
    const { code, stdout } = await runCommand([...command.split(' '), '--help']);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`Example:\n  \\$ .*hookline ${command}`));
    expect(stdout).toMatchSnapshot();
  });
});

describe('hookline --version', () => {
  it('prints the version of the package', async () => {
    expect(await runCommand(['--version'])).toEqual({ code: 0, stdout: `${VERSION}\n`, stderr: '' });
  });
});

describe.concurrent('a command line that is wrong', () => {
  it.each([
    [['nonsense'], "error: unknown command 'nonsense'"],
    [['serv'], '(Did you mean serve?)'],
    [['emit'], "error: missing required argument 'source'"],
    [['emit', 'crud'], "error: missing required argument 'event'"],
    [['ping'], "error: missing required argument 'hook'"],
    [['status', 'extra'], "error: too many arguments for 'status'"],
    [['status', '--urll', 'x'], '(Did you mean --url?)'],
    [['status', '--url', 'nonsense'], 'the address of a server is http://HOST:PORT'],
    [['status', '--url', 'ftp://localhost'], 'the address of a server is http://HOST:PORT'],
    [['serve', '--listen', 'nowhere'], 'HOST:PORT'],
    [['new', '--preset', 'slak'], 'Did you mean "slack"?'],
    [['new', '--handler', 'mail'], 'Known: webhook, webhook-custom, log, lambda'],
    [['new', '--handler', 'log', '--event', 'a'], 'Cannot find event "a" without its source'],
    [['new', '--handler', 'log', '--preset', 'slack'], 'presets are for webhook-custom'],
    [['new', '--handler', 'log', '--url', 'http://a/'], 'Cannot give the hook a url'],
    [
      ['new', '--handler', 'log', '--source', 'crd'],
      'source \'crd\' is not registered. Did you mean "crud"?',
    ],
    [
      ['new', '--handler', 'log', '--source', 'crud', '--event', 'consumer'],
      "source 'crud' has no 'consumer' event. Did you mean \"consumers\"?",
    ],
    [['new', '--handler', 'log', '--name', 'a b'], 'Cannot make the hook: "name" must match'],
    [['new', '--preset', 'slack', '--url', 'ftp://a/'], 'Cannot make the hook: "config.url" must be'],
    [['new', '--handler', 'log', '--output', 'a.txt'], 'Cannot write "a.txt": a definition is a file'],
    [
      ['new', '--handler', 'log', '--output', '/dev/null/a.yaml'],
      'Cannot write "/dev/null/a.yaml": EEXIST: file already exists, mkdir',
    ],
    [['new', '--source', 'crud'], 'Cannot ask what the hook is to do, since this is no terminal'],
    [['listen', '--listen', '127.0.0.1:65536'], 'hookline: Cannot listen on "127.0.0.1:65536"'],
    [['listen', '--status', '99'], 'a status is a number from 200 to 599'],
  ])('exits 2 for %j and says what is wrong', async (args, message) => {
    const { code, stdout, stderr } = await runCommand(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
  });
});
