import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createLocalRepository } from '../helpers/local-repository.ts';
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

  it('accepts the examples, the demo and the README without a warning', async () => {
    const { code, stdout } = await runCommand(['validate', 'hooks.d', 'demo/hooks', 'README.md']);
    expect(stdout).toBe('Valid: 13 hooks, 0 errors, 0 warnings\n');
    expect(code).toBe(0);
  });

  it('says in one line that a path is not there', async () => {
    const { code, stdout, stderr } = await runCommand(['validate', 'nowhere.yaml']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^hookline: Cannot find "nowhere.yaml": name where your definitions are.*\n$/);
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

  it('prints in the formats of code hosts', async () => {
    using dir = createTempDir();
    dir.write('hooks/a.yaml', BROKEN);
    const run = (...args: string[]) => runCommand(['validate', 'hooks', ...args], { cwd: dir.path });
    const [sarif, github, gitlab] = await Promise.all([
      run('--format', 'sarif'),
      run('--format', 'github'),
      run('--format=gitlab'),
    ]);
    expect(JSON.parse(sarif.stdout).runs[0].results[0]).toMatchObject({ ruleId: 'unknown_handler' });
    expect(github.stdout).toMatch(/^::error file=hooks\/a\.yaml,line=2,col=10,/);
    expect(JSON.parse(gitlab.stdout)).toMatchObject([{ check_name: 'unknown_handler' }]);
    for (const { code, stderr } of [sarif, github, gitlab])
      expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect((await run('--format', 'xml')).code).toBe(2);
    expect((await run('--format', 'github', '--json')).code).toBe(2);
  });

  it('takes warnings for errors when it is to be strict', async () => {
    using dir = createTempDir();
    const secret = 'config: { url: "http://a.test/", secret: hunter2 }';
    dir.write('a.yaml', `source: crud\nhandler: webhook\n${secret}\n`);
    const lax = await runCommand(['validate', '.'], { cwd: dir.path });
    const strict = await runCommand(['validate', '.', '--strict'], { cwd: dir.path });
    expect([lax.code, strict.code]).toEqual([0, 1]);
    expect(strict.stderr).toBe('Not valid: 1 hook, 0 errors, 1 warning\n');
    dir.write('a.yaml', `source: crud\nhandler: webhook\n${secret} # hookline-ignore plain_secret: a test\n`);
    const silenced = await runCommand(['validate', '.', '--strict'], { cwd: dir.path });
    expect(silenced).toMatchObject({ code: 0, stdout: 'Valid: 1 hook, 0 errors, 0 warnings\n' });
  });

  it('reads a revision of git: directories and single files, as they were committed', async () => {
    using repo = createLocalRepository();
    repo.write('team/hooks/a.yaml', BROKEN);
    repo.write('team/hooks/b.yaml', LOG);
    repo.commit();
    repo.write('team/hooks/a.yaml', LOG);
    const cwd = join(repo.path, 'team');
    const run = (...args: string[]) => runCommand(['validate', ...args], { cwd });
    const [now, then, one, lost, piped] = await Promise.all([
      run('hooks'),
      run('--rev', 'HEAD', 'hooks'),
      run('--rev', 'HEAD', 'hooks/b.yaml'),
      run('--rev', 'HEAD', 'hooks/c.yaml'),
      run('--rev', 'HEAD', '-'),
    ]);
    expect(now.code).toBe(0);
    expect(then.stdout).toContain('HEAD:team/hooks/a.yaml:2:10 error unknown_handler');
    expect(then.stdout).toContain('> 2 | handler: webhok');
    expect(then.code).toBe(1);
    expect(one).toMatchObject({ code: 0, stdout: 'Valid: 1 hook, 0 errors, 0 warnings\n' });
    expect(lost).toMatchObject({ code: 2, stdout: '' });
    expect(lost.stderr).toContain('Revision "HEAD" has no file "hooks/c.yaml"');
    expect(piped.code).toBe(2);
  });

  it('reads the blocks of YAML in Markdown, each by itself but for what others declare', async () => {
    using dir = createTempDir();
    dir.write('hooks/sources.yaml', 'kind: EventSource\nname: billing\nevents: { paid: {} }\n');
    dir.write(
      'README.md',
      [
        '# Hooks',
        '```yaml',
        'source: billing',
        'event: paid',
        'handler: log',
        'name: one',
        '```',
        'and better:',
        '```yaml',
        'source: billing',
        'event: payed',
        'handler: log',
        'name: one',
        '```',
      ].join('\n'),
    );
    const { code, stdout, stderr } = await runCommand(['validate', 'hooks', 'README.md'], { cwd: dir.path });
    expect(stdout).toContain("README.md:11:8 error unknown_event: source 'billing' has no 'payed' event");
    expect(stdout).toContain('> 11 | event: payed');
    expect(stdout).not.toContain('name_duplicate');
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'Not valid: 2 hooks, 1 error, 0 warnings\n' });
  });
});
