import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import hookSchema from '../../schemas/event-hook.schema.json' with { type: 'json' };
import { BUILT_IN } from '../../src/catalogue/built-in.ts';
import { isPresetName, loadPreset, PRESET_NAMES } from '../../src/presets/presets.ts';
import { locatePlainSecrets } from '../../src/secrets/mask.ts';
import { briefsOf } from '../helpers/prepare-texts.ts';

describe('the presets', () => {
  it('are the files there are, and those the schema and the README list', () => {
    const files = readdirSync('src/presets').filter((file) => file.endsWith('.yaml'));
    expect(files.toSorted()).toEqual(PRESET_NAMES.map((name) => `${name}.yaml`).toSorted());
    expect(hookSchema.$defs['webhook-custom'].properties.preset.enum).toEqual([...PRESET_NAMES, null]);
    const readme = readFileSync('README.md', 'utf8');
    expect(PRESET_NAMES.filter((name) => !readme.includes(`| \`${name}\` |`))).toEqual([]);
  });

  it.each(PRESET_NAMES)('say all that a hook needs, for every source there is: %s', async (preset) => {
    const sources = [...BUILT_IN.keys(), 'billing'];
    const hooks = sources.map(
      (source, index) =>
        `{ name: hook-${index}, source: "${source}", handler: webhook-custom, config: { preset: ${preset} } }`,
    );
    const billing = 'kind: EventSource\nname: billing\nevents: { paid: { fields: [amount] } }';
    expect(await briefsOf([...hooks, billing].join('\n---\n'))).toEqual([]);
  });

  it.each(PRESET_NAMES)('check certificates, and hold references where secrets belong: %s', (name) => {
    const { config, text } = loadPreset(name);
    expect(config).toMatchObject({ method: 'POST', ssl_verify: true });
    expect(locatePlainSecrets(config)).toEqual([]);
    expect(text).toMatch(/\{vault:\/\/env\/[a-z-]+\}/);
  });

  it.each(PRESET_NAMES)('say what the receiver is, where it is described, and what to set: %s', (name) => {
    const { text } = loadPreset(name);
    const [head = ''] = text.split('\nmethod:');
    expect(head.split('\n').every((line) => line.startsWith('#'))).toBe(true);
    expect(head).toMatch(/^# https:\/\/\S+$/m);
    const references = [...text.matchAll(/((?:^ *#.*\n)+).*\{vault:\/\/env\/([a-z-]+)\}/gm)];
    expect(references).toHaveLength(text.split('{vault:').length - 1);
    for (const [, comment, name = ''] of references)
      expect(comment).toContain(`The variable ${name.toUpperCase().replaceAll('-', '_')} of the server`);
  });

  it('are those and no other', () => {
    expect(['slack', 'Slack', 'constructor', '__proto__', '', null, 1].map(isPresetName)).toEqual([
      true,
      ...Array.from({ length: 6 }, () => false),
    ]);
  });
});
