import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PRESET_NAMES } from '../../src/presets/presets.ts';
import { toBrief } from '../helpers/load-text.ts';
import { briefsOf, prepareTexts } from '../helpers/prepare-texts.ts';

/** Files as they are, by their names. */
function read(pattern: string): Readonly<Record<string, string>> {
  return Object.fromEntries(globSync(pattern).map((file) => [basename(file), readFileSync(file, 'utf8')]));
}

describe('nothing is warned of', () => {
  it.each(PRESET_NAMES)('in the preset %s', async (preset) => {
    const text = `source: crud\nevent: consumers\nhandler: webhook-custom\nconfig: { preset: ${preset} }\n`;
    expect(await briefsOf(text)).toEqual([]);
  });

  it.each(PRESET_NAMES)('in the preset %s as it is written out', async (preset) => {
    const written = readFileSync(`src/presets/${preset}.yaml`, 'utf8').replaceAll(/^/gm, '  ');
    const text = `source: crud\nevent: consumers\nhandler: webhook-custom\nconfig:\n${written}`;
    expect(await briefsOf(text)).toEqual([]);
  });

  it.each([
    '    a: # nobody is told\n    b: c\n',
    '    a: #TODO the channel\n',
    '    a: #nested\n      b: c\n',
    '    a: ~ #nothing\n',
    '    a: "" #alerts\n',
    '    a:\n      #b: c\n      d: e\n',
    '    a: "{*} {**bold**} { * } {%22a%22:1} {*{{ operation }}*}"\n',
  ])('in a payload of %j', async (payload) => {
    const config = '  method: POST\n  url: "{vault://env/a}"\n';
    const text = `source: crud\nevent: consumers\nhandler: webhook-custom\nconfig:\n${config}  payload:\n${payload}`;
    expect(await briefsOf(text)).toEqual([]);
  });

  it('in what is no template and looks like one of the gateway', async () => {
    const config = 'method: POST, url: "{vault://env/a}", body: "{* event *}", body_format: false';
    const text = `source: crud\nevent: consumers\nhandler: webhook-custom\nconfig: { ${config} }\n`;
    expect(await briefsOf(text)).toEqual([]);
  });

  it('in headers of somebody’s own that are called nearly as others are', async () => {
    const headers = 'X-Authorization: "{vault://env/a}", X-Idempotency-Key: a, X-Origin: b, X-User-Agent: c';
    const text = `source: crud\nhandler: webhook\nconfig: { url: "http://a/", headers: { ${headers} } }\n`;
    expect(await briefsOf(text)).toEqual([]);
  });

  it('in the hooks of the demonstration', async () => {
    const { problems, hooks } = await prepareTexts(read('demo/hooks/*.yaml'));
    expect(problems.map(toBrief)).toEqual([]);
    expect(hooks.length).toBeGreaterThan(3);
  });
});
