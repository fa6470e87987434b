import { describe, expect, it } from 'vitest';
import { describeStatus, type StatusView } from '../../src/cli/status-lines.ts';
import { VERSION } from '../../src/version.ts';
import { runCommand } from '../helpers/process.ts';
import { runApp } from '../helpers/running-app.ts';
import { createTempDir } from '../helpers/temp-dir.ts';

const LOG = 'source: crud\nevent: consumers\nhandler: log\n';
const BROKEN = 'source: crud\nhandler: webhok\n';

describe('hookline status', () => {
  it('prints where the server stands, and exits 0 when it is ready', async () => {
    await using app = await runApp({ 'log.yaml': LOG });
    const { code, stdout, stderr } = await runCommand(['status', '--url', app.app.url]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n')).toEqual([
      `Ready       hookline ${VERSION}, serving live`,
      expect.stringMatching(/^Revision {4}dir@sha256:[0-9a-f]{64}, applied \d{4}-\S+Z$/),
      'Loaded      1 hook, 8 sources',
      'Deliveries  0 pending, 0 parked, 0 succeeded, 0 failed, 0 exhausted',
      'Problems    none',
      '',
    ]);
  });

  it('says why the server is not ready, and exits 1', async () => {
    await using app = await runApp({ 'bad.yaml': BROKEN });
    const { code, stdout } = await runCommand(['status', '--url', app.app.url]);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^Not ready {3}hookline \S+, serving none\nReason {6}Refused dir@sha256:\S+: 1 error/,
    );
    expect(stdout).not.toContain('Stalled');
    expect(stdout).toContain('Revision    none\n');
    expect(stdout).toContain('Problems    1 error, 0 warnings\n  bad.yaml:2:10 error unknown_handler: ');
  });

  it('has a line for each source where there are several, with why one cannot be read', async () => {
    using other = createTempDir();
    await using app = await runApp(
      {},
      {
        settings: {
          sources: [
            { dir: other.path, name: 'one' },
            { dir: '/nowhere/at/all', name: 'two' },
          ],
        },
      },
    );
    const { code, stdout } = await runCommand(['status', '--url', app.app.url]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^Source {6}one at dir@sha256:[0-9a-f]{64}; read \d+ seconds? ago$/m);
    expect(stdout).toMatch(/^Source {6}two at none; not read in this run: Cannot read directory .*ENOENT/m);
    expect(stdout).toMatch(/^Reason {6}two: Cannot read directory/m);
  });

  it('says since when a source is being read that takes longer than others', async () => {
    await using app = await runApp({ 'log.yaml': LOG });
    const body = (await app.get('/status')).body as StatusView;
    const slow = { name: 'two', reading_since: '2026-01-01T00:00:00.000Z' };
    const sources = body.definition_sources.flatMap((source) => [source, { ...source, ...slow }]);
    const view = { ...body, definition_sources: sources };
    expect(describeStatus(view, (_colour, text) => text)).toMatch(
      /^Source {6}two at dir@\S+; read \d+ seconds? ago, being read since 2026-01-01T00:00:00.000Z$/m,
    );
  });

  it('says of a feed that fails what it is and why', async () => {
    await using app = await runApp({ 'log.yaml': LOG });
    const body = (await app.get('/status')).body as StatusView;
    const feed = { source: 'gateway', kind: 'kong', problem: 'GET /services answered 401' };
    const feeds = [feed, { ...feed, source: 'other', problem: null }];
    const lines = describeStatus({ ...body, feeds }, (_colour, text) => text).split('\n');
    expect(lines.filter((line) => line.startsWith('Feed'))).toEqual([
      'Feed        gateway (kong) does not bring in all there is: GET /services answered 401',
    ]);
  });

  it('paints the word that says it all, and nothing else', async () => {
    await using app = await runApp({ 'log.yaml': LOG });
    const { stdout } = await runCommand(['status', '--url', app.app.url], { env: { FORCE_COLOR: '1' } });
    expect(stdout.startsWith('\u001b[32mReady       \u001b[39mhookline ')).toBe(true);
    expect(stdout.split('\u001b')).toHaveLength(3);
  });

  it('prints the whole status as JSON for scripts, with the same exit code', async () => {
    await using app = await runApp({ 'bad.yaml': BROKEN });
    const { code, stdout } = await runCommand(['status', '--json', '--url', app.app.url]);
    expect(code).toBe(1);
    const withoutAges = (text: string): string => text.replaceAll(/"age_s":\s*\d+/g, '');
    expect(JSON.parse(withoutAges(stdout).replaceAll(/,(\s*),/g, ','))).toEqual(
      JSON.parse(withoutAges(JSON.stringify((await app.get('/status')).body)).replaceAll(/,(\s*),/g, ',')),
    );
  });

  it('says in one line that no server answers, and exits 1', async () => {
    const { code, stdout, stderr } = await runCommand(['status', '--url', 'http://127.0.0.1:3']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^hookline: Cannot reach a server at http:\/\/127.0.0.1:3: .*\n$/);
  });
});
