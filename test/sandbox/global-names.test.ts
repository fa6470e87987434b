import { readFileSync } from 'node:fs';
import { parse } from 'luaparse';
import { expect, it } from 'vitest';
import { JAVASCRIPT_GLOBALS, LUA_GLOBALS } from '../../src/sandbox/global-names.ts';
import { evaluate, lua } from '../helpers/run-functions.ts';

const PRELUDE = readFileSync(new URL('../../src/sandbox/prelude.lua', import.meta.url), 'utf8');

/** The names a table has that the prelude declares. */
function namesOf(table: string): readonly string[] {
  for (const node of parse(PRELUDE, { luaVersion: '5.3' }).body) {
    if (node.type !== 'LocalStatement' || node.variables[0]?.name !== table) continue;
    const [value] = node.init;
    if (value?.type !== 'TableConstructorExpression') break;
    return value.fields.flatMap((field) => (field.type === 'TableKeyString' ? [field.key.name] : []));
  }
  throw new Error(`Cannot find ${table} in the prelude`);
}

it('says what JavaScript functions find', async () => {
  const names = await evaluate('javascript', '() => Object.getOwnPropertyNames(globalThis)');
  expect(JAVASCRIPT_GLOBALS.toSorted()).toEqual((names as readonly string[]).toSorted());
});

it('says what Lua functions find', async () => {
  expect(Object.keys(LUA_GLOBALS).toSorted()).toEqual(namesOf('BASE').toSorted());
  for (const [name, fields] of Object.entries(LUA_GLOBALS)) {
    const kind = await evaluate('lua', lua(`return type(${name})`));
    expect(kind === 'table', name).toBe(fields !== null);
    expect(kind, name).not.toBe('nil');
  }
});

it('says what the libraries of Lua have', async () => {
  for (const [name, fields] of Object.entries(LUA_GLOBALS)) {
    if (fields === null) continue;
    const names = await evaluate(
      'lua',
      lua(`local names = {} for name in pairs(${name}) do names[#names + 1] = name end return names`),
    );
    expect((names as readonly string[]).toSorted(), name).toEqual([...fields].toSorted());
  }
});
