import { describe, expect, it } from 'vitest';
import { createPrograms, type Programs } from '../../src/sandbox/programs.ts';
import type { SandboxProgram } from '../../src/sandbox/sandbox.ts';
import { CPU_CLOCK, ENGINES } from '../helpers/run-functions.ts';

/** Counts its own calls: tells whether it is the same world as before. */
const COUNTER: SandboxProgram = {
  language: 'javascript',
  functions: ['let calls = 0; return (data) => { calls += 1; if (data === "hang") for (;;); return calls; }'],
};
const LUA_COUNTER: SandboxProgram = {
  language: 'lua',
  functions: ['local calls = 0 return function() calls = calls + 1 return calls end'],
};

async function count(programs: Programs, hook: string, program = COUNTER): Promise<unknown> {
  const { answer } = await programs.run({ hook, program, args: toArguments(1) });
  return answer.kind === 'value' ? JSON.parse(answer.json) : answer;
}

function toArguments(data: unknown): { json: string; event: string; source: string; pid: number } {
  return { json: JSON.stringify(data), event: 'consumers', source: 'crud', pid: 1 };
}

describe('the programs of a thread', () => {
  it('are kept compiled', async () => {
    const programs = createPrograms(ENGINES, CPU_CLOCK);
    for (const program of [COUNTER, LUA_COUNTER]) {
      const hook = program.language;
      expect([await count(programs, hook, program), await count(programs, hook, program)]).toEqual([1, 2]);
    }
  });

  it.each([COUNTER, LUA_COUNTER])(
    'share nothing, though two hooks have the same $language',
    async (program) => {
      const programs = createPrograms(ENGINES, CPU_CLOCK);
      expect(await count(programs, 'one', program)).toBe(1);
      expect(await count(programs, 'other', program)).toBe(1);
      expect(await count(programs, 'one', program)).toBe(2);
    },
  );

  it('change with the functions of their hook', async () => {
    const programs = createPrograms(ENGINES, CPU_CLOCK);
    await count(programs, 'one');
    const changed = { ...COUNTER, functions: [`${COUNTER.functions[0]};`] };
    expect(await count(programs, 'one', changed)).toBe(1);
    const longer = { ...changed, functions: [...changed.functions, '(n) => -n'] };
    expect(await count(programs, 'one', longer)).toBe(-1);
    expect(await count(programs, 'one', LUA_COUNTER)).toBe(1);
  });

  it('start afresh after one of them hit a limit', async () => {
    const programs = createPrograms(ENGINES, CPU_CLOCK);
    expect([await count(programs, 'one'), await count(programs, 'other')]).toEqual([1, 1]);
    const hung = await programs.run({ hook: 'one', program: COUNTER, args: toArguments('hang') });
    expect(hung.answer).toMatchObject({ reason: 'timeout' });
    expect(hung.cpuMs).toBeGreaterThan(100);
    expect([await count(programs, 'one'), await count(programs, 'other')]).toEqual([1, 2]);
  });

  it('are 64 at most: the one used longest ago goes', async () => {
    const programs = createPrograms(ENGINES, CPU_CLOCK);
    for (let hook = 0; hook < 64; hook += 1) await count(programs, `hook-${hook}`, LUA_COUNTER);
    expect(await count(programs, 'hook-0', LUA_COUNTER)).toBe(2);
    await count(programs, 'one-more', LUA_COUNTER);
    expect(await count(programs, 'hook-0', LUA_COUNTER)).toBe(3);
    expect(await count(programs, 'hook-1', LUA_COUNTER)).toBe(1);
  });

  it('that do not compile say so when they are run', async () => {
    const programs = createPrograms(ENGINES, CPU_CLOCK);
    const program: SandboxProgram = { language: 'lua', functions: ['x y'] };
    expect(await count(programs, 'one', program)).toEqual({
      kind: 'error',
      reason: 'syntax',
      message: "Error parsing function: '=' expected near 'y'",
      output: '',
    });
  });

  it.each([
    ['(data) => data', { kind: 'compiled', language: 'javascript' }],
    ['return function (data) return data end', { kind: 'compiled', language: 'lua' }],
    [
      'Array = 1 // 1 --[[\nreturn () => 1 // ]] return function() end',
      {
        kind: 'invalid',
        message: 'The function is both JavaScript and Lua: set config.language',
        line: null,
      },
    ],
    [
      'retrun finction (data) return data end',
      { kind: 'invalid', message: "Error parsing function: '=' expected near 'finction'", line: 1 },
    ],
    [
      '(data) => {\n  return data..;\n}',
      {
        kind: 'invalid',
        message: expect.stringMatching(/^Error parsing function: SyntaxError: /),
        line: 2,
      },
    ],
  ])('tell the language of %j', async (source, compilation) => {
    expect(await createPrograms(ENGINES, CPU_CLOCK).compile(source, null)).toMatchObject({
      answer: compilation,
    });
  });

  it('take a source for the language it is said to be in', async () => {
    const programs = createPrograms(ENGINES, CPU_CLOCK);
    expect(await programs.compile('(data) => data', 'lua')).toMatchObject({ answer: { kind: 'invalid' } });
    expect(await programs.compile('(data) => data', 'javascript')).toMatchObject({
      answer: { kind: 'compiled' },
    });
  });
});
