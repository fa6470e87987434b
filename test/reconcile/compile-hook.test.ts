import { describe, expect, it } from 'vitest';
import { toBrief } from '../helpers/load-text.ts';
import { briefsOf, prepareTexts, problemOf } from '../helpers/prepare-texts.ts';

/** A lambda with functions as block scalars from line 5 on. */
function lambda(functions: readonly string[], language = ''): string {
  const listed = functions.map((source) => `    - |\n${source.replaceAll(/^/gm, '      ')}\n`).join('');
  return `source: crud\nhandler: lambda\nconfig:${language && `\n  language: ${language}`}\n  functions:\n${listed}`;
}

const LUA =
  'return function (data, event, source, pid)\n  local user = data.entity.username\n  error("Event hook on consumer " .. user .. "")\nend';
const JAVASCRIPT = '(data) => {\n  return data;\n}';

describe('compiling the functions of a lambda', () => {
  it.each([
    ['Lua', [LUA, 'return function(data) return data end'], '', 'lua'],
    ['JavaScript', [JAVASCRIPT, 'return (data) => data'], '', 'javascript'],
    ['JavaScript that says so', [JAVASCRIPT], 'javascript', 'javascript'],
    ['Lua that says so', [LUA], 'lua', 'lua'],
  ])('finds out that they are %s', async (_what, functions, said, language) => {
    const { hooks, problems } = await prepareTexts({ 'hook.yaml': lambda(functions, said) });
    expect(problems).toEqual([]);
    expect(hooks[0]?.compiled.program?.language).toBe(language);
    expect(hooks[0]?.compiled.program?.functions.map((source) => source.trim())).toEqual(functions);
  });

  it.each([
    [
      'Lua',
      ['return function(data)\n  local a = 1\n  finction()\n  b b\nend'],
      "'=' expected near 'b'",
      '9:9 function_invalid config.functions[0]',
    ],
    [
      'JavaScript',
      ['(data) => {\n  const a = 1;\n  const const = 2;\n}'],
      'variable name expected',
      '8:9 function_invalid config.functions[0]',
    ],
    [
      'the second of two',
      [JAVASCRIPT, '(data) => {\n  return data +;\n}'],
      "unexpected token in expression: ';'",
      '11:9 function_invalid config.functions[1]',
    ],
    [
      'what is no function',
      ['return 5'],
      'Bad return value from function, expected function type, got number',
      '5:7 function_invalid config.functions[0]',
    ],
    [
      'what does not end',
      ['for (;;);'],
      'Function did not finish within 100 ms',
      '6:7 function_invalid config.functions[0]',
    ],
    [
      'what both languages take',
      ['return ("").match'],
      'The function is both JavaScript and Lua: set config.language',
      '5:7 function_invalid config.functions[0]',
    ],
  ])(
    'refuses %s, with the place of the function and the line in it',
    async (_what, functions, message, brief) => {
      const problem = await problemOf(lambda(functions));
      expect(problem).toMatchObject({ code: 'function_invalid', severity: 'error', file: 'hook.yaml' });
      expect(problem.message).toContain(message);
      expect(problem.message).not.toContain('of the function)');
      expect(toBrief(problem)).toBe(brief);
    },
  );

  it('takes what both languages take once one is said', async () => {
    expect(await briefsOf(lambda(['return ("").match'], 'lua'))).toEqual([]);
  });

  it('refuses functions of two languages in one hook', async () => {
    expect(await problemOf(lambda([LUA, JAVASCRIPT]))).toMatchObject({
      code: 'function_invalid',
      path: 'config.functions',
      message: 'The functions of one hook must all be in one language: got JavaScript and Lua',
      hint: 'Split the hook in two, or set config.language',
    });
  });

  it('refuses functions that are not in the language that was said', async () => {
    expect(await briefsOf(lambda([LUA, JAVASCRIPT], 'javascript'))).toEqual([
      '8:9 function_invalid config.functions[0]',
    ]);
    expect(await briefsOf(lambda([LUA, JAVASCRIPT], 'lua'))).toEqual([
      '12:7 function_invalid config.functions[1]',
    ]);
  });
});

describe('compiling a filter', () => {
  it.each([
    ['data.a +', 4, 17, 'Cannot compile the filter: Unexpected token: EOF'],
    ['data.a || foo == 1', 4, 19, 'Cannot compile the filter: Unknown variable: foo'],
    ['1 + 1', 4, 9, 'Cannot compile the filter: its value must be true or false, but is of type int'],
  ])('refuses %j with its place', async (filter, line, column, message) => {
    const problem = await problemOf(`source: crud\nevent: consumers\nhandler: log\nfilter: ${filter}\n`);
    expect(problem).toMatchObject({
      code: 'filter_invalid',
      severity: 'error',
      path: 'filter',
      line,
      column,
    });
    expect(problem.hint).not.toBeNull();
    expect(problem.message).toBe(message);
  });

  it.each([
    ['"false"', ['4:9 never_matches filter']],
    ['1 > 2', ['4:9 never_matches filter']],
    ['"true"', ['4:9 always_matches filter']],
    ['1 < 2 || event == "x"', []],
    ['event == "x"', []],
  ])('warns when %s is the same for every event: %j', async (filter, briefs) => {
    expect(await briefsOf(`source: crud\nevent: consumers\nhandler: log\nfilter: ${filter}\n`)).toEqual(
      briefs,
    );
  });
});

describe('the digest of a hook', () => {
  const digestOf = async (text: string): Promise<string | undefined> =>
    (await prepareTexts({ 'hook.yaml': text })).hooks[0]?.compiled.digest;

  it('is that of what a definition means, not of how it is written', async () => {
    const plain = await digestOf('source: crud\nhandler: log\n');
    expect(
      await digestOf(
        '# a comment\nhandler: log\nsource: "crud"\nevent: null\nenabled: true\nconfig: {}\nname: hook\n',
      ),
    ).toBe(plain);
    expect(await digestOf('source: crud\nhandler: log\nsnooze: 1\n')).not.toBe(plain);
    expect(await digestOf('source: crud\nhandler: log\ndescription: x\n')).not.toBe(plain);
  });
});
