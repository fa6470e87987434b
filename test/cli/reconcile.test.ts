import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommand } from '../helpers/process.ts';
import { runApp } from '../helpers/running-app.ts';

const LOG = 'source: crud\nhandler: log\n';
const QUIET = { settings: { reconcile: { poll: 3_600 } } };

describe('hookline reconcile', () => {
  it('has the server look now, and says that the newest definitions serve', async () => {
    await using app = await runApp({ 'a.yaml': LOG }, QUIET);
    app.hooks.write('b.yaml', LOG);
    const { code, stdout, stderr } = await runCommand(['reconcile', '--url', app.app.url]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Applied (dir@sha256:\w+); serving live \1\n$/);
  });

  it('prints the problems of what was refused, and exits 1', async () => {
    await using app = await runApp({ 'a.yaml': LOG }, QUIET);
    app.hooks.write('b.yaml', 'source: crud\nhandler: lag\n');
    const { code, stdout } = await runCommand(['reconcile', '--url', app.app.url]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^b\.yaml:2:10 error unknown_handler: .*\nRefused dir@sha256:\w+: 1 error; .*\n$/);
  });

  it('prints JSON for scripts, and refuses a source that is not there', async () => {
    await using app = await runApp({ 'a.yaml': LOG }, QUIET);
    const { code, stdout } = await runCommand(['reconcile', '--json', '--url', app.app.url]);
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { serving: 'live', problems: [] }]);
    const wrong = await runCommand(['reconcile', '--source', 'nope', '--url', app.app.url]);
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('There is no source "nope"')]);
  });
});

describe('hookline confirm', () => {
  it('lets go live what is held, by the revision that status shows', async () => {
    await using app = await runApp({ 'a.yaml': LOG }, QUIET);
    rmSync(join(app.hooks.path, 'a.yaml'));
    const held = await runCommand(['reconcile', '--url', app.app.url]);
    expect(held.code).toBe(1);
    const [, revision = ''] = /"hookline confirm (\S+)" lets it go live/.exec(held.stdout) ?? [];
    const status = await runCommand(['status', '--url', app.app.url]);
    expect(status.stdout).toContain(`hookline confirm ${revision}`);
    const wrong = await runCommand(['confirm', 'main@sha1:1', '--url', app.app.url]);
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('is held')]);
    const { code, stdout } = await runCommand(['confirm', revision, '--url', app.app.url]);
    expect([code, stdout]).toEqual([0, `Applied ${revision}; serving live ${revision}\n`]);
  });
});
