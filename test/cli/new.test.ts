import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BUILT_IN } from '../../src/catalogue/built-in.ts';
import type { Act } from '../../src/cli/new-config.ts';
import { toHookText } from '../../src/cli/new-hook.ts';
import { HANDLERS } from '../../src/definitions/definition.ts';
import { PRESET_NAMES } from '../../src/presets/presets.ts';
import { loadHook } from '../helpers/load-text.ts';
import { prepareTexts } from '../helpers/prepare-texts.ts';
import { runCommand } from '../helpers/process.ts';
import { createTempDir } from '../helpers/temp-dir.ts';
import { KEYS, startOnTerminal } from '../helpers/terminal.ts';

const ACTS: readonly Act[] = [
  ...PRESET_NAMES.map((preset): Act => ({ kind: 'preset', preset })),
  ...HANDLERS.map((handler): Act => ({ kind: 'handler', handler })),
];
const toLabel = (act: Act): string => (act.kind === 'preset' ? act.preset : act.handler);
const BILLING =
  'kind: EventSource\nname: billing\nevents: { invoice.paid: { fields: [invoice] }, "true": {} }\n';
const EVENTS = [
  ...[...BUILT_IN].flatMap(([source, events]) =>
    [...[...events.keys()].slice(0, 3), null].map((event) => ({ source, event })),
  ),
  { source: 'billing', event: 'invoice.paid' },
  { source: 'billing', event: 'true' },
];

describe('the file of a new hook', () => {
  it.each(ACTS.map((act) => [toLabel(act), act] as const))(
    'loads without a problem, whatever the event, the name and the url: %s',
    async (_label, act) => {
      const urls =
        act.kind === 'handler' && !act.handler.startsWith('webhook')
          ? [null]
          : [null, 'https://a.example/?x=#y'];
      for (const event of EVENTS)
        for (const name of [null, 'team/123'])
          for (const url of urls) {
            const hook = { act, ...event, name, url };
            const text = toHookText(hook, 'hooks.d');
            const { problems } = await prepareTexts({ 'billing.yaml': BILLING, 'a-file.yaml': text });
            expect([text, problems]).toEqual([text, []]);
            const { config, ...loaded } = loadHook(text, 'a-file.yaml');
            expect(loaded).toMatchObject({ ...event, name: name ?? 'a-file' });
            if (url !== null) expect(config).toMatchObject({ url });
            if ('url' in config) expect(config).toMatchObject({ ssl_verify: true });
          }
    },
  );

  it.each(PRESET_NAMES)('means what the preset means where it is only named: %s', (preset) => {
    const hook = {
      act: { kind: 'preset', preset },
      source: 'crud',
      event: null,
      name: null,
      url: null,
    } as const;
    const { config } = loadHook(toHookText(hook, 'hooks.d'));
    const named = loadHook(`source: crud\nhandler: webhook-custom\nconfig: { preset: ${preset} }\n`);
    expect({ ...config, preset }).toEqual(named.config);
  });
});

describe('hookline new with flags', () => {
  it('prints a preset, with its comments and the line for editors', async () => {
    const { code, stdout, stderr } = await runCommand(['new', '--preset', 'slack']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatchSnapshot();
  });

  it('writes a file that serves, and says what to set', async () => {
    using dir = createTempDir();
    dir.write('hooks.d/billing.yaml', BILLING);
    const flags =
      '--handler webhook --source billing --event invoice.paid --output hooks.d/team/paid.yaml'.split(' ');
    expect(await runCommand(['new', ...flags], { cwd: dir.path })).toEqual({
      code: 0,
      stdout: 'Wrote hooks.d/team/paid.yaml\nSet for the server: WEBHOOK_URL, WEBHOOK_SECRET\n',
      stderr: '',
    });
    expect(readFileSync(join(dir.path, 'hooks.d/team/paid.yaml'), 'utf8')).toMatchSnapshot();
    expect(await runCommand(['validate'], { cwd: dir.path })).toMatchObject({
      code: 0,
      stdout: 'Valid: 1 hook, 0 errors, 0 warnings\n',
    });
  });

  it('knows the sources of the directory it is given', async () => {
    using dir = createTempDir();
    dir.write('mine/billing.yaml', BILLING);
    const flags = ['--handler', 'log', '--source', 'billing'];
    expect(await runCommand(['new', 'mine', ...flags], { cwd: dir.path })).toMatchObject({ code: 0 });
    expect(await runCommand(['new', ...flags], { cwd: dir.path })).toMatchObject({ code: 2, stdout: '' });
  });

  it('never overwrites', async () => {
    using dir = createTempDir();
    dir.write('hooks.d/a.yaml', 'mine');
    const flags = ['--handler', 'log', '--output', 'hooks.d/a.yaml'];
    expect(await runCommand(['new', ...flags], { cwd: dir.path })).toEqual({
      code: 1,
      stdout: '',
      stderr: 'hookline: Cannot write "hooks.d/a.yaml": it is there already, and stays as it is\n',
    });
    expect(readFileSync(join(dir.path, 'hooks.d/a.yaml'), 'utf8')).toBe('mine');
  });

  it.each([
    [['--output', 'hooks.d/taken.yaml']],
    [['--output', 'hooks.d/other.yaml', '--name', 'taken']],
    [['--name', 'taken']],
  ])('makes no hook of a name that another has: %j', async (flags) => {
    using dir = createTempDir();
    dir.write('hooks.d/one.yaml', 'name: taken\nsource: crud\nhandler: log\n');
    const made = await runCommand(['new', '--handler', 'log', ...flags], { cwd: dir.path });
    expect(made).toMatchObject({ code: 2, stdout: '' });
    expect(made.stderr).toContain('Cannot make the hook: Duplicate name "taken"');
    expect(readdirSync(join(dir.path, 'hooks.d'))).toEqual(['one.yaml']);
  });

  it('warns of a secret in a url', async () => {
    const url = 'https://a.example/?token=marker';
    const { code, stdout, stderr } = await runCommand(['new', '--preset', 'teams', '--url', url]);
    expect(code).toBe(0);
    expect(stdout).toContain(`url: ${url}`);
    expect(stderr).toContain('warning plain_secret');
    expect(stderr).not.toContain('marker');
  });
});

describe('hookline new on a terminal', () => {
  it('asks what the hook is to do, of which source and event, where it goes and into which file', async () => {
    using dir = createTempDir();
    await using terminal = startOnTerminal(['new'], { cwd: dir.path });
    await terminal.shows('What is the hook to do?');
    terminal.type(KEYS.down + KEYS.down + KEYS.enter);
    await terminal.shows('Of which source?');
    terminal.type('crd');
    await terminal.shows('❯ crud');
    terminal.type(KEYS.enter);
    await terminal.shows('Which event of crud?');
    terminal.type('consumers:d');
    await terminal.shows('❯ consumers:delete');
    terminal.type(KEYS.enter);
    await terminal.shows('Where does it go? ({vault://env/discord-url})');
    terminal.type(`nowhere${KEYS.enter}`);
    await terminal.shows('It is an http or https URL');
    terminal.type(`${KEYS.clear}http://127.0.0.1:9000/${KEYS.enter}`);
    await terminal.shows('(hooks.d/crud-consumers-delete-discord.yaml)');
    terminal.type(KEYS.enter);
    expect(await terminal.ended).toBe(0);
    expect(terminal.screen()).toContain('Wrote hooks.d/crud-consumers-delete-discord.yaml');
    const hook = loadHook(readFileSync(join(dir.path, 'hooks.d/crud-consumers-delete-discord.yaml'), 'utf8'));
    expect(hook).toMatchObject({
      source: 'crud',
      event: 'consumers:delete',
      config: { url: 'http://127.0.0.1:9000/', payload: { allowed_mentions: { parse: [] } } },
    });
  });

  it('asks only for what was not said, and for another file where one is', async () => {
    using dir = createTempDir();
    dir.write('hooks.d/crud-slack.yaml', 'mine');
    await using terminal = startOnTerminal(['new', '--source', 'crud', '--url', 'http://127.0.0.1:9000/'], {
      cwd: dir.path,
    });
    await terminal.shows('What is the hook to do?');
    terminal.type(KEYS.enter);
    await terminal.shows('❯ every event');
    terminal.type(KEYS.enter);
    await terminal.shows('(hooks.d/crud-slack.yaml)');
    terminal.type(KEYS.enter);
    await terminal.shows('it is there already, and stays as it is');
    terminal.type(`${KEYS.clear}-${KEYS.enter}`);
    expect(await terminal.ended).toBe(0);
    expect(terminal.screen()).toContain('source: crud\nhandler: webhook-custom\nconfig:\n');
    expect(readFileSync(join(dir.path, 'hooks.d/crud-slack.yaml'), 'utf8')).toBe('mine');
  });

  it('writes nothing when it is broken off', async () => {
    using dir = createTempDir();
    await using terminal = startOnTerminal(['new'], { cwd: dir.path });
    await terminal.shows('What is the hook to do?');
    terminal.type(KEYS.interrupt);
    expect(await terminal.ended).toBe(1);
    expect(terminal.screen()).toContain('Nothing was written');
    expect(existsSync(join(dir.path, 'hooks.d'))).toBe(false);
  });
});
