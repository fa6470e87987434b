import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommand } from '../helpers/process.ts';
import { createTempDir } from '../helpers/temp-dir.ts';

const LOG = 'source: crud\nevent: consumers\nhandler: log\n';
const BROKEN = 'source: crud\nhandler: webhok\n';

describe.concurrent('hookline validate', () => {
  it('prints every problem of every file with its frame and exits 1', async () => {
    using dir = createTempDir();
    dir.write('hooks/a.yaml', BROKEN);
    dir.write('hooks/team/b.yaml', 'source: crd\nhandler: log\n');
    const { code, stdout, stderr } = await runCommand(['validate', 'hooks'], { cwd: dir.path });
    expect(code).toBe(1);
    expect(stdout).toContain(
      [
        'hooks/a.yaml:2:10 error unknown_handler: "handler" must be one of webhook, webhook-custom, log, lambda: got "webhok"',
        '  1 | source: crud',
        '> 2 | handler: webhok',
        '    |          ^',
        '  3 |',
        '  hint: Did you mean "webhook"?',
      ].join('\n'),
    );
    expect(stdout).toContain("hooks/team/b.yaml:1:9 error unknown_source: source 'crd' is not registered");
    expect(stderr).toBe('Not valid: 1 hook, 2 errors, 0 warnings\n');
  });

  it('takes directories, files and standard input together as one set of definitions', async () => {
    using dir = createTempDir();
    dir.write('sources/billing.yaml', 'kind: EventSource\nname: billing\nevents: { paid: {} }\n');
    dir.write('one/hook.yaml', 'source: billing\nevent: paid\nhandler: log\n');
    dir.write('two/hook.yaml', 'source: billing\nevent: lost\nhandler: log\n');
    const { code, stdout } = await runCommand(
      ['validate', 'sources', 'one/hook.yaml', './two/hook.yaml', '-'],
      { cwd: dir.path, input: 'source: billing\nhandler: webhok\n' },
    );
    expect(code).toBe(1);
    expect(stdout).toContain("./two/hook.yaml:2:8 error unknown_event: source 'billing' has no 'lost' event");
    expect(stdout).toContain('> 2 | event: lost');
    expect(stdout).toContain('standard input:2:10 error unknown_handler');
    expect(stdout).toContain('> 2 | handler: webhok');
    expect(stdout).not.toContain('one/hook.yaml');
  });

  it.each(['hooks/log.yaml', './hooks/log.yaml', '../hooks/log.yaml', '/'])(
    'takes a file by the path %s',
    async (path) => {
      using dir = createTempDir();
      dir.write('hooks/log.yaml', LOG);
      dir.write('below/nothing.txt', '');
      const given = path === '/' ? join(dir.path, 'hooks/log.yaml') : path;
      const cwd = path.startsWith('..') ? join(dir.path, 'below') : dir.path;
      expect(await runCommand(['validate', given], { cwd })).toEqual({
        code: 0,
        stdout: 'Valid: 1 hook, 0 errors, 0 warnings\n',
        stderr: '',
      });
    },
  );

  it('says of a file whose own name is no name what the server would say', async () => {
    using dir = createTempDir();
    dir.write('my hook.yaml', LOG);
    const { code, stdout } = await runCommand(['validate', 'my hook.yaml'], { cwd: dir.path });
    expect(code).toBe(1);
    expect(stdout).toContain('my hook.yaml:1:1 error name_missing');
  });

  it('prints JSON for scripts, problems and all', async () => {
    using dir = createTempDir();
    dir.write(
      'warned.yaml',
      'source: crud\nhandler: webhook\nconfig: { url: "https://example.com/", secret: hunter2 }\n',
    );
    const warned = await runCommand(['validate', '--json', '.'], { cwd: dir.path });
    expect(warned.code).toBe(0);
    expect(JSON.parse(warned.stdout)).toMatchObject({
      valid: true,
      hooks: 1,
      problems: [
        { code: 'ssl_verify_unsaid', severity: 'warning', file: 'warned.yaml', line: 3 },
        { code: 'plain_secret', severity: 'warning', path: 'config.secret' },
      ],
    });
    dir.write('broken.yaml', BROKEN);
    const broken = await runCommand(['validate', '--json', '.'], { cwd: dir.path });
    expect(broken).toMatchObject({ code: 1, stderr: '' });
    expect(JSON.parse(broken.stdout)).toMatchObject({
      valid: false,
      problems: expect.arrayContaining([
        expect.objectContaining({ file: 'broken.yaml', line: 2, column: 10 }),
      ]),
    });
  });

  it('accepts the examples and the demo without a warning', async () => {
    const { code, stdout } = await runCommand(['validate', 'hooks.d', 'demo/hooks']);
    expect(stdout).toBe('Valid: 9 hooks, 0 errors, 0 warnings\n');
    expect(code).toBe(0);
  });

  it('says in one line that a path is not there', async () => {
    const { code, stdout, stderr } = await runCommand(['validate', 'nowhere.yaml']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^hookline: Cannot read "nowhere.yaml": ENOENT.*\n$/);
  });

  it('paints on a terminal only: a pipe gets plain text', async () => {
    using dir = createTempDir();
    dir.write('a.yaml', BROKEN);
    const plain = await runCommand(['validate', '.'], { cwd: dir.path });
    expect(plain.stdout).not.toContain('\u001b');
    const forced = await runCommand(['validate', '.'], { cwd: dir.path, env: { FORCE_COLOR: '1' } });
    expect(forced.stdout).toContain('\u001b[31ma.yaml:2:10 error');
  });

  it('gives the terminal no control character of a file', async () => {
    using dir = createTempDir();
    dir.write('a.yaml', 'source: crud\nhandler: "a\u009b31m\u202eb"\n');
    const { stdout } = await runCommand(['validate', '.'], { cwd: dir.path });
    expect(stdout).toContain('got "a·31m·b"');
    expect(stdout).not.toMatch(/[\u0080-\u009f\u202a-\u202e]/);
  });
});
