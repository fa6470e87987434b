import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createAuthority } from '../helpers/certificates.ts';
import { createLocalRepository } from '../helpers/local-repository.ts';
import { runCommand } from '../helpers/process.ts';
import { startRecordingServer } from '../helpers/recording-server.ts';
import { type RunningApp, runApp } from '../helpers/running-app.ts';
import { createTempDir } from '../helpers/temp-dir.ts';

const LOG = 'source: crud\nevent: consumers\nhandler: log\n';
const BILLING = 'kind: EventSource\nname: billing\ndescription: Invoices\nevents: { paid: {} }\n';

function urlOf({ app }: RunningApp): { readonly HOOKLINE_URL: string } {
  return { HOOKLINE_URL: app.url };
}

/** The files a server runs, in a work tree of their own. */
function workTree(files: Readonly<Record<string, string>>) {
  const dir = createTempDir();
  for (const [file, text] of Object.entries(files)) dir.write(`hooks.d/${file}`, text);
  return dir;
}

describe('hookline diff against a server', () => {
  it('finds no difference where there is none, and says what it compared', async () => {
    const files = { 'log.yaml': LOG, 'billing.yaml': BILLING };
    await using app = await runApp(files);
    using dir = workTree(files);
    const { code, stdout, stderr } = await runCommand(['diff'], { cwd: dir.path, env: urlOf(app) });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^From {2}server http:\S+ \(dir@sha256:[0-9a-f]{64}\)\nTo {4}directory hooks.d\n/);
    expect(stdout).toContain('No difference: 1 hook unchanged; 1 source unchanged\n');
    expect(stdout).toContain('Note: Descriptions of sources are not compared: a server does not show them\n');
  });

  it('does not hold the mask of a key against its certificate', async () => {
    const tls = createAuthority().issue('client.example');
    const config = { url: 'https://example.com/', ssl_verify: true, tls };
    const files = { 'hook.yaml': JSON.stringify({ source: 'crud', handler: 'webhook', config }) };
    await using app = await runApp(files);
    using dir = workTree(files);
    const { code, stdout } = await runCommand(['diff'], { cwd: dir.path, env: urlOf(app) });
    expect(stdout).toContain('No difference: 1 hook unchanged');
    expect(code).toBe(0);
  });

  it('sends its token to the server of --url, and to no other that is named', async () => {
    await using own = await startRecordingServer();
    await using other = await startRecordingServer();
    using dir = workTree({ 'log.yaml': LOG });
    const env = { HOOKLINE_URL: own.url, HOOKLINE_TOKEN: 'hkl_hunter2hunter2' };
    for (const named of ['server', `${own.url}/`, other.url])
      await runCommand(['diff', named, 'hooks.d'], { cwd: dir.path, env });
    const sent = ({ requests }: typeof own): readonly unknown[] => [
      ...new Set(requests.map(({ headers }) => headers.authorization)),
    ];
    expect([sent(own), sent(other)]).toEqual([['Bearer hkl_hunter2hunter2'], [undefined]]);
  });

  it('prints what would change if the directory went live, and exits 1', async () => {
    await using app = await runApp({ 'log.yaml': LOG, 'old.yaml': LOG.replace('consumers', 'routes') });
    using dir = workTree({
      'log.yaml': `${LOG}filter: data.n > 1.0\n`,
      'new.yaml': 'source: crud\nhandler: log\n',
      'billing.yaml': BILLING,
    });
    const { code, stdout } = await runCommand(['diff', 'hooks.d'], { cwd: dir.path, env: urlOf(app) });
    expect(code).toBe(1);
    expect(stdout.split('\n').slice(3, 10)).toEqual([
      '+ new  crud (every event) → log',
      '+ source billing',
      '- old  crud routes → log',
      '~ log',
      '    filter: null → "data.n > 1.0"',
      '',
      'Different: 1 hook added, 1 removed, 1 changed; 1 source added',
    ]);
  });

  it('shows the lines of a function that changed, and paints on a terminal only', async () => {
    const lambda = (last: string): string =>
      `source: crud\nhandler: lambda\nconfig:\n  functions:\n    - |\n      return function (data)\n        ${last}\n      end\n`;
    await using app = await runApp({ 'f.yaml': lambda('return 1') });
    using dir = workTree({ 'f.yaml': lambda('return 2') });
    const options = { cwd: dir.path, env: urlOf(app) };
    const { stdout } = await runCommand(['diff'], options);
    expect(stdout).toContain(
      '~ f\n    config.functions[0]:\n      -   return 1\n      +   return 2\n\nDifferent: ',
    );
    const painted = await runCommand(['diff'], { ...options, env: { ...options.env, FORCE_COLOR: '1' } });
    expect(painted.stdout).toContain('\u001b[31m      -   return 1\u001b[39m');
    expect(stdout).not.toContain('\u001b');
  });

  it('reads all pages of a server', async () => {
    const documents = Array.from({ length: 1001 }, (_, index) => `name: hook-${index}\n${LOG}`);
    await using app = await runApp({ 'all.yaml': documents.join('---\n') });
    using dir = workTree({ 'all.yaml': documents.slice(1).join('---\n') });
    const { stdout } = await runCommand(['diff'], { cwd: dir.path, env: urlOf(app) });
    expect(stdout).toContain('- hook-0  crud consumers → log\n');
    expect(stdout).toContain('Different: 1 hook removed, 1000 unchanged\n');
  });

  it('compares two servers, and a server with a revision', async () => {
    await using one = await runApp({ 'log.yaml': LOG });
    await using two = await runApp({ 'log.yaml': `${LOG}snooze: 5\n` });
    const servers = await runCommand(['diff', one.app.url, `${two.app.url}/`]);
    expect(servers).toMatchObject({ code: 1 });
    expect(servers.stdout).toContain('    snooze: null → 5\n');
    using repository = createLocalRepository();
    repository.write('hooks.d/log.yaml', LOG);
    repository.commit();
    const options = { cwd: repository.path, env: urlOf(one) };
    expect(await runCommand(['diff', 'server', 'main'], options)).toMatchObject({ code: 0 });
  });

  it('narrows to the hooks one source of several owns', async () => {
    await using app = await runApp({ 'ours/log.yaml': LOG, 'theirs/log.yaml': LOG, 'b.yaml': BILLING });
    using dir = workTree({ 'ours/log.yaml': LOG });
    const options = { cwd: dir.path, env: urlOf(app) };
    expect(await runCommand(['diff'], options)).toMatchObject({ code: 1 });
    const { code, stdout } = await runCommand(['diff', '--prefix', 'ours/'], options);
    expect(code).toBe(0);
    expect(stdout).toContain('No difference: 1 hook unchanged\n');
  });
});

describe.concurrent('hookline diff of revisions', () => {
  it('compares what is in the work tree with a revision, however little of it is committed', async () => {
    using repository = createLocalRepository();
    repository.write('config/hooks/log.yaml', LOG);
    const commit = repository.commit();
    repository.write('config/hooks/log.yaml', `${LOG}enabled: false\n`);
    repository.write('config/hooks/new.yaml', LOG);
    const { code, stdout } = await runCommand(['diff', 'main', 'config/hooks'], { cwd: repository.path });
    expect(code).toBe(1);
    expect(stdout.split('\n').slice(0, 6)).toEqual([
      `From  revision main (${commit.slice(0, 12)}), config/hooks`,
      'To    directory config/hooks',
      '',
      '+ new  crud consumers → log',
      '~ log',
      '    enabled: true → false',
    ]);
  });

  it('takes hooks.d for the other side of a revision alone, from any directory of the repository', async () => {
    using repository = createLocalRepository();
    repository.write('app/hooks.d/log.yaml', LOG);
    repository.commit();
    const cwd = join(repository.path, 'app');
    expect(await runCommand(['diff', 'HEAD'], { cwd })).toMatchObject({ code: 0 });
    repository.write('app/hooks.d/log.yaml', `${LOG}snooze: 1\n`);
    expect(await runCommand(['diff', 'HEAD'], { cwd })).toMatchObject({ code: 1 });
  });

  it('compares two revisions, whatever the work tree holds', async () => {
    using repository = createLocalRepository();
    repository.write('hooks/log.yaml', LOG);
    repository.commit();
    repository.git('tag', 'v1.0.0');
    repository.write('hooks/log.yaml', `${LOG}timeout: 5\n`);
    repository.commit();
    repository.git('tag', 'v1.1.0');
    repository.write('hooks/log.yaml', 'broken: [');
    const args = ['diff', 'v1.0.0', 'v1.1.0', '--path', 'hooks'];
    const { code, stdout } = await runCommand(args, { cwd: repository.path });
    expect(code).toBe(1);
    expect(stdout).toContain('~ log\n    timeout: 30 → 5\n');
  });

  it('says that a renamed hook starts anew', async () => {
    using repository = createLocalRepository();
    repository.write('hooks.d/old.yaml', LOG);
    repository.commit();
    repository.git('mv', 'hooks.d/old.yaml', 'hooks.d/new.yaml');
    const { stdout } = await runCommand(['diff', 'main'], { cwd: repository.path });
    expect(stdout).toContain('~ old → new  renamed\n');
    expect(stdout).toContain('Note: 1 hook renamed: on_change and snooze start anew');
  });

  it('prints JSON for scripts', async () => {
    using repository = createLocalRepository();
    repository.write('hooks.d/log.yaml', LOG);
    const commit = repository.commit().slice(0, 12);
    repository.write('hooks.d/log.yaml', `${LOG}snooze: 1\n`);
    const { code, stdout } = await runCommand(['diff', 'main', '--json'], { cwd: repository.path });
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      from: `revision main (${commit}), hooks.d`,
      to: 'directory hooks.d',
      different: true,
      hooks: {
        added: [],
        removed: [],
        renamed: [],
        changed: [
          {
            id: expect.any(String),
            name: 'log',
            changes: [{ path: 'snooze', before: null, after: 1, secret: false }],
          },
        ],
        unchanged: 0,
      },
      sources: { added: [], removed: [], changed: [], unchanged: 0 },
      events: null,
      notes: [],
    });
  });

  it('compares a directory with a revision without the links of either', async () => {
    using repository = createLocalRepository();
    repository.write('hooks.d/log.yaml', LOG);
    repository.write('hooks.d/team/log.yaml', LOG);
    symlinkSync('log.yaml', join(repository.path, 'hooks.d/link.yaml'));
    symlinkSync('nowhere', join(repository.path, 'hooks.d/team/dangling.yaml'));
    repository.commit();
    const { code, stdout, stderr } = await runCommand(['diff', 'main', 'hooks.d'], { cwd: repository.path });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('No difference: 2 hooks unchanged\n');
  });

  it('compares a mounted ConfigMap with a revision, whose files are links', async () => {
    using repository = createLocalRepository();
    repository.write('hooks.d/log.yaml', LOG);
    repository.commit();
    using mount = createTempDir();
    mount.write('..version/log.yaml', LOG);
    symlinkSync('..version', join(mount.path, '..data'));
    symlinkSync('..data/log.yaml', join(mount.path, 'log.yaml'));
    const args = ['diff', 'main', mount.path, '--path', 'hooks.d'];
    const { code, stdout } = await runCommand(args, { cwd: repository.path });
    expect(code).toBe(0);
    expect(stdout).toContain('No difference: 1 hook unchanged\n');
  });
});

describe.concurrent('hookline diff that cannot compare', () => {
  it('prints the problems of a side with their place, and exits 2', async () => {
    using repository = createLocalRepository();
    repository.write('hooks.d/a.yaml', 'source: crud\nhandler: webhok\n');
    repository.commit();
    repository.write('hooks.d/a.yaml', LOG);
    const { code, stdout, stderr } = await runCommand(['diff', 'main'], { cwd: repository.path });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('main:hooks.d/a.yaml:2:10 error unknown_handler: ');
    expect(stderr).toContain('> 2 | handler: webhok\n');
    expect(stderr).toMatch(
      /Cannot compare definitions that are wrong: revision main \(.*\), hooks.d has 1 error/,
    );
  });

  it('prints the problems of a place once that is compared with itself', async () => {
    using dir = workTree({ 'a.yaml': 'source: crud\nhandler: webhok\n' });
    const { code, stderr } = await runCommand(['diff', 'hooks.d', 'hooks.d'], { cwd: dir.path });
    expect(code).toBe(2);
    expect(stderr.match(/unknown_handler: /g)).toHaveLength(1);
    expect(stderr).toContain('that are wrong: directory hooks.d has 1 error');
  });

  it.each([
    [['v9', 'hooks.d'], 'Cannot compare "v9": it is no directory, and no revision that this repository has'],
    [['both'], 'Cannot tell whether "both" is a directory or a revision'],
    [
      ['main', 'heads/both', '--path', 'nowhere'],
      'Cannot read revision "main": Cannot read "nowhere": the commit has no such directory',
    ],
    [
      ['main', 'heads/both', '--path', '..'],
      'Cannot read ".." of a revision: it is outside of the repository',
    ],
    [['main', './nowhere'], 'Cannot compare "./nowhere": it is no directory'],
    [['server'], 'Cannot reach a server at http://127.0.0.1:3'],
    [['main', '--events=nowhere'], 'Cannot read "nowhere"'],
    [['main', '--events=hooks.d/log.yaml'], 'Cannot read an event from "hooks.d/log.yaml", line 1: '],
    [['main', '--limit', '0'], 'it is a whole number, 1 or more'],
    [['main', '--json', '--markdown'], "'--json' cannot be used with option '--markdown'"],
  ])('exits 2 for %j and says why in one line', async (args, message) => {
    using repository = createLocalRepository();
    repository.write('hooks.d/log.yaml', LOG);
    repository.write('both/log.yaml', LOG);
    repository.commit();
    repository.git('branch', 'both');
    const { code, stdout, stderr } = await runCommand(['diff', ...args, '--url', 'http://127.0.0.1:3'], {
      cwd: repository.path,
    });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });

  it('says outside of a repository that there is none', async () => {
    using dir = workTree({ 'log.yaml': LOG });
    symlinkSync('hooks.d', join(dir.path, 'link'));
    const { code, stderr } = await runCommand(['diff', 'main', 'link'], { cwd: dir.path });
    expect(code).toBe(2);
    expect(stderr).toContain('Cannot compare "main": it is no directory');
  });
});

describe('hookline diff --events', () => {
  const FILTERED = 'source: crud\nevent: consumers\nhandler: log\nfilter: data.n > 1.0\n';

  it('replays what the server recorded, and lists what would go elsewhere', async () => {
    await using app = await runApp({ 'log.yaml': LOG, 'routes.yaml': LOG.replace('consumers', 'routes') });
    for (const n of [1, 2, 3]) await app.emit('crud', 'consumers', { n });
    await app.emit('crud', 'routes', {});
    using dir = workTree({ 'log.yaml': FILTERED, 'routes.yaml': LOG.replace('consumers', 'routes') });
    const options = { cwd: dir.path, env: urlOf(app) };
    const { code, stdout } = await runCommand(['diff', '--json', '--events'], options);
    expect(code).toBe(1);
    const { events } = JSON.parse(stdout);
    const nothing = { before: [], after: [] };
    expect(events).toEqual({
      replayed: 4,
      unknown: 0,
      moved: [
        {
          id: expect.any(String),
          source: 'crud',
          event: 'consumers',
          added: [],
          removed: ['log'],
          failing: nothing,
          refused: { before: null, after: null },
        },
      ],
    });
    const limited = await runCommand(['diff', '--limit', '2', '--events'], options);
    expect(limited.stdout).toContain('Events: 2 replayed, all go where they went\n');
  });

  it('replays the events of a file, as they are sent and as the history answers them', async () => {
    using repository = createLocalRepository();
    repository.write('hooks.d/log.yaml', LOG);
    repository.write('hooks.d/billing.yaml', BILLING);
    repository.write('hooks.d/paid.yaml', 'source: billing\nhandler: log\n');
    repository.commit();
    repository.write('hooks.d/log.yaml', FILTERED);
    repository.write('hooks.d/every.yaml', 'source: crud\nhandler: log\n');
    repository.git('rm', '-q', '-f', 'hooks.d/billing.yaml', 'hooks.d/paid.yaml');
    const recorded = {
      id: 'e-2',
      source: 'crud',
      event: 'consumers',
      data: {},
      time: '2026-01-31T12:00:00Z',
    };
    repository.write(
      'events.ndjson',
      [
        JSON.stringify({ source: 'crud', event: 'consumers', data: { n: 2 }, id: 'e-1' }),
        JSON.stringify({
          ...recorded,
          accepted_at: recorded.time,
          revision: 'r',
          deliveries: [],
          stopped: [],
        }),
        '',
        JSON.stringify({ source: 'billing', event: 'paid', data: {}, id: 'e-3' }),
        JSON.stringify({ source: 'nobody', event: 'knows', data: {} }),
      ].join('\n'),
    );
    const { code, stdout } = await runCommand(['diff', 'main', '--events=events.ndjson'], {
      cwd: repository.path,
    });
    expect(code).toBe(1);
    expect(stdout).toContain(
      [
        'Events: 4 replayed, 3 would go elsewhere or fail a filter',
        '  1 event crud consumers (e-1)',
        '    +every',
        '  1 event crud consumers (e-2)',
        '    +every',
        '    -log',
        '    filter of log fails after',
        '  1 event billing paid (e-3)',
        '    -paid',
        "    refused after: source 'billing' is not registered",
      ].join('\n'),
    );
    expect(stdout).toContain('Note: 1 event of those replayed would be taken in by neither side\n');
  });

  it('takes a renamed hook for the same destination, and a hook that is off for none', async () => {
    using repository = createLocalRepository();
    repository.write('hooks.d/old.yaml', LOG);
    repository.write('hooks.d/off.yaml', `${LOG}snooze: 1\n`);
    repository.commit();
    repository.git('mv', 'hooks.d/old.yaml', 'hooks.d/new.yaml');
    repository.write('hooks.d/off.yaml', `${LOG}snooze: 1\nenabled: false\n`);
    repository.write('e.ndjson', '{"source":"crud","event":"consumers","data":{},"id":"e-1"}\n');
    const { stdout } = await runCommand(['diff', 'main', '--events=e.ndjson'], { cwd: repository.path });
    expect(stdout).toContain('\n  1 event crud consumers (e-1)\n    -off\nNote: ');
  });
});

describe('secrets in hookline diff', () => {
  const SECRETS = ['pass', 'query', 'bearer', 'signing', 'payload', 'nested', 'listed', 'cookie'];

  function hookOf(side: string): string {
    const secret = (name: string): string => `${side}-${name}-hush`;
    return [
      'source: crud',
      'handler: webhook-custom',
      'config:',
      '  method: POST',
      `  url: "https://jane:${secret('pass')}@example.com/?token=${secret('query')}"`,
      '  ssl_verify: true',
      `  secret: ${secret('signing')}`,
      '  headers:',
      `    authorization: Bearer ${secret('bearer')}`,
      `    cookie: ${secret('cookie')}`,
      '  payload:',
      `    api_key: ${secret('payload')}`,
      `    auth: { nested: { deep: ${secret('nested')} }, listed: [${secret('listed')}] }`,
      '',
    ].join('\n');
  }

  it.each([['--json'], ['--markdown'], ['--events']])(
    'are in no output of %s, however they change',
    async (flag) => {
      using repository = createLocalRepository();
      repository.write('hooks.d/changed.yaml', hookOf('old'));
      repository.write('hooks.d/gone.yaml', hookOf('gone'));
      repository.write('hooks.d/renamed.yaml', hookOf('renamed'));
      repository.commit();
      await using app = await runApp({ 'changed.yaml': hookOf('old'), 'gone.yaml': hookOf('gone') });
      repository.git('mv', 'hooks.d/renamed.yaml', 'hooks.d/other.yaml');
      repository.write('hooks.d/changed.yaml', hookOf('new'));
      repository.write('hooks.d/added.yaml', hookOf('added').replace('handler', 'enabled: false\nhandler'));
      repository.git('rm', '-q', 'hooks.d/gone.yaml');
      const options = { cwd: repository.path, env: urlOf(app) };
      const main = await runCommand(['diff', 'main', flag], options);
      expect(main.code).toBe(1);
      const server = await runCommand(['diff', flag], options);
      expect(server.code).toBe(1);
      for (const { stdout, stderr } of [main, server]) {
        for (const name of SECRETS) expect(stdout + stderr).not.toContain(`${name}-hush`);
      }
      if (flag !== '--json') return;
      expect(JSON.parse(main.stdout).hooks.changed).toMatchObject([
        {
          changes: [
            { path: 'config.headers.authorization', before: '******', after: '******', secret: true },
            { path: 'config.headers.cookie' },
            { path: 'config.payload.api_key' },
            { path: 'config.payload.auth.listed[0]' },
            { path: 'config.payload.auth.nested.deep' },
            { path: 'config.secret' },
            { path: 'config.url' },
          ],
        },
      ]);
      expect(JSON.parse(server.stdout)).toMatchObject({ hooks: { changed: [], unchanged: 1 } });
    },
  );

  it('are not in the frame of a problem either', async () => {
    using repository = createLocalRepository();
    repository.write('hooks.d/a.yaml', hookOf('old').replace('POST', 'post'));
    repository.commit();
    const { code, stderr } = await runCommand(['diff', 'main'], { cwd: repository.path });
    expect(code).toBe(2);
    expect(stderr).toContain('> 4 |   method: post');
    expect(stderr).not.toContain('hush');
  });
});
