import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadSettings } from '../../src/settings.ts';
import { runCommand } from '../helpers/process.ts';
import { createTempDir } from '../helpers/temp-dir.ts';

const TOKEN = /^hkl_[\w-]{43}$/;

describe.concurrent('hookline token new', () => {
  it('prints a token and the lines that declare it, apart from the words about them', async () => {
    const args = [
      'token',
      'new',
      '--name',
      'ci',
      '--scope',
      'read',
      '--scope',
      'emit',
      '--source',
      'a',
      '--source',
      'b.*',
    ];
    const { code, stdout, stderr } = await runCommand(args);
    const [token = '', ...lines] = stdout.split('\n');
    expect([code, token]).toEqual([0, expect.stringMatching(TOKEN)]);
    expect(parse(lines.join('\n'))).toEqual({
      tokens: [
        {
          name: 'ci',
          hash: `sha256:${hash('sha256', token, 'hex')}`,
          scopes: ['emit', 'read'],
          sources: ['a', 'b.*'],
        },
      ],
    });
    expect(lines.join('\n')).not.toContain(token);
    expect(stderr).toContain('shown this once');
    expect(stderr).not.toContain(token);
  });

  it('prints lines that the settings take as they are', async () => {
    using dir = createTempDir();
    const { stdout } = await runCommand(['token', 'new', '--source', 'billing']);
    const file = dir.write('hookline.yaml', stdout.slice(stdout.indexOf('\n')));
    const { tokens } = loadSettings({ flags: {}, env: {}, file });
    expect(tokens).toMatchObject([{ scopes: ['emit'], sources: ['billing'] }]);
  });

  it('prints JSON for a script, and never the same token twice', async () => {
    const args = ['token', 'new', '--json'];
    const [one, two] = (await Promise.all([runCommand(args), runCommand(args)])).map(
      ({ stdout }) => JSON.parse(stdout) as { token: string; settings: { name: string; hash: string } },
    );
    for (const made of [one, two]) {
      const digest = hash('sha256', made?.token ?? '', 'hex');
      expect(made).toEqual({
        token: expect.stringMatching(TOKEN),
        settings: { name: `token-${digest.slice(0, 8)}`, hash: `sha256:${digest}`, scopes: ['emit'] },
      });
    }
    expect(one?.token).not.toBe(two?.token);
  });

  it.each([
    ['a name that is none', ['--name', 'a b'], '"tokens.0.name" must match pattern'],
    ['a scope that is none', ['--scope', 'write'], 'Allowed choices are emit, read, operate.'],
    ['sources without emit', ['--scope', 'read', '--source', 'a'], 'limits what is sent, but emit is none'],
    [
      'a source without a name',
      ['--source', ''],
      '"tokens.0.sources.0" must NOT have fewer than 1 characters',
    ],
  ])('prints none with %s', async (_what, args, message) => {
    const { code, stdout, stderr } = await runCommand(['token', 'new', ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });
});
