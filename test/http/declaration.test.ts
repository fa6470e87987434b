import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadDeclaration, toDeclaration, toYaml } from '../../src/http/declaration.ts';
import { arbitraryHook, arbitraryPresetHook } from '../helpers/arbitrary-hook.ts';
import { loadHook } from '../helpers/suggestion.ts';

const EXAMPLES = readdirSync('hooks.d').filter((file) => !file.endsWith('.test.yaml'));

describe('toDeclaration()', () => {
  it('leaves out what has its default, and says ssl_verify', () => {
    const hook = loadHook('a.yaml', 'source: crud\nhandler: webhook\nconfig: { url: "http://127.0.0.1/" }\n');
    expect(toDeclaration(hook)).toEqual({
      name: 'a',
      source: 'crud',
      handler: 'webhook',
      config: { url: 'http://127.0.0.1/', ssl_verify: false },
    });
  });

  it('has the keys in the order people write them', () => {
    const text = `config: { functions: ["() => 1"], language: javascript }
handler: lambda
snooze: 5
on_change: true
filter: "true"
event: consumers
source: crud
enabled: false
labels: { a: b }
description: d
id: c57340ab-9fed-40fd-bb7e-1cef8d37c2df
name: n
retry: { schedule: [1], jitter: 0 }
rate: { limit: 5 }
ordered: id
concurrency: 1
timeout: 1
`;
    expect(Object.keys(toDeclaration(loadHook('a.yaml', text)))).toEqual([
      'name',
      'id',
      'description',
      'labels',
      'enabled',
      'source',
      'event',
      'filter',
      'on_change',
      'snooze',
      'handler',
      'config',
      'timeout',
      'concurrency',
      'rate',
      'ordered',
      'retry',
    ]);
  });

  it('leaves an id out that is made of the name', () => {
    const named = loadHook('a.yaml', 'source: crud\nhandler: log\nname: other\n');
    expect(toDeclaration(named)).toEqual({ name: 'other', source: 'crud', handler: 'log' });
    expect(toDeclaration({ ...named, name: 'renamed' })).toMatchObject({ id: named.id });
  });

  it('declares any hook as it is', () => {
    fc.assert(
      fc.property(fc.oneof(arbitraryHook, arbitraryPresetHook), (hook) => {
        const loaded = loadHook('any.json', JSON.stringify(hook));
        expect(loadHook('again.yaml', toYaml(toDeclaration(loaded)))).toEqual(loaded);
      }),
    );
  });

  it('says of retry only what was said', () => {
    const hook = loadHook('a.yaml', 'source: crud\nhandler: log\nretry: { attempts: 3 }\n');
    expect(toDeclaration(hook)).toMatchObject({ retry: { attempts: 3 } });
    expect(Object.keys(toDeclaration(hook).retry as object)).toEqual(['attempts']);
  });

  it.each(EXAMPLES)('declares the example %s as it is', (file) => {
    const hook = loadHook(file, readFileSync(`hooks.d/${file}`, 'utf8'));
    expect(loadHook('again.yaml', toYaml(toDeclaration(hook)))).toEqual(hook);
  });
});

describe('loadDeclaration()', () => {
  it('names the hook after its file', () => {
    const { definition } = loadDeclaration({ source: 'crud', handler: 'log' }, 'team/a.yaml');
    expect(definition?.name).toBe('team/a');
  });

  it('has no definition but the problems when something is wrong', () => {
    expect(loadDeclaration({ source: 'crud', handler: 'webhok' })).toMatchObject({
      definition: null,
      problems: [{ code: 'unknown_handler' }],
    });
  });
});

describe('toYaml()', () => {
  it('keeps long lines whole', () => {
    const text = 'word '.repeat(100).trim();
    const yaml = toYaml({ description: text, name: 'a-hook' });
    expect(yaml.split('\n')).toHaveLength(3);
    expect(parse(yaml)).toEqual({ description: text, name: 'a-hook' });
  });
});
