import { execFileSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { SHELLS } from '../../src/cli/completion.ts';
import { runCommand } from '../helpers/process.ts';
import { createTempDir, type TempDir } from '../helpers/temp-dir.ts';

let dir: TempDir;

beforeAll(async () => {
  dir = createTempDir();
  dir.write('my hooks.yaml', '');
  for (const shell of SHELLS)
    dir.write(`completion.${shell}`, (await runCommand(['completion', shell])).stdout);
  return () => dir[Symbol.dispose]();
});

/** Runs a script in a real shell, with nothing of the machine's settings; answers its lines, sorted. */
function run(program: string, args: readonly string[], script: string): readonly string[] {
  const env = { PATH: process.env.PATH, HOME: dir.path, XDG_CONFIG_HOME: dir.path, XDG_DATA_HOME: dir.path };
  const output = execFileSync(program, [...args, '-c', script], { cwd: dir.path, env, encoding: 'utf8' });
  return output
    .split('\n')
    .filter((line) => line !== '')
    .sort();
}

/** What bash offers for words typed, the last of them unfinished. */
function bash(...words: readonly string[]): readonly string[] {
  const typed = words.map((word) => `'${word}'`).join(' ');
  const script = `source completion.bash; COMP_WORDS=(${typed}); COMP_CWORD=${words.length - 1}; _hookline; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return run('bash', ['--norc'], script);
}

function fish(line: string): readonly string[] {
  const offered = run('fish', ['--no-config'], `source completion.fish; complete -C '${line}'`);
  return offered.map((one) => one.split('\t')[0] ?? '');
}

/** zsh's own completion needs somebody who types: what ours hands to it is caught instead. */
function zsh(...words: readonly string[]): readonly string[] {
  const typed = words.map((word) => `'${word}'`).join(' ');
  const caught = `compdef() { :; }; _describe() { print -l -- "\${(@P)2}" }; _arguments() { print -l -- "$@" }`;
  const script = `${caught}; source ./completion.zsh; words=(${typed}); CURRENT=${words.length}; _hookline`;
  return run('zsh', ['-f'], script);
}

describe('hookline completion', () => {
  it('completes commands', () => {
    expect(bash('hookline', 'va')).toEqual(['validate']);
    expect(fish('hookline va')).toEqual(['validate']);
    expect(zsh('hookline', '')).toContain('validate:Find every problem of definitions without serving them');
  });

  it('completes options of the command', () => {
    expect(bash('hookline', 'validate', '--s')).toEqual(['--strict']);
    expect(fish('hookline validate --s')).toEqual(['--strict']);
    expect(zsh('hookline', 'validate', '--s')).toContain('--strict[take a warning for an error]');
    expect(bash('hookline', 'serve', '--s')).toEqual(['--settings', '--state']);
    expect(fish('hookline serve --strict')).toEqual([]);
  });

  it('completes what an option can be', () => {
    expect(bash('hookline', 'validate', '--format', 'gi')).toEqual(['github', 'gitlab']);
    expect(fish('hookline validate --format gi')).toEqual(['github', 'gitlab']);
    expect(bash('hookline', 'new', '--preset', 'sl')).toEqual(['slack']);
    expect(bash('hookline', 'render', '--format', 'c')).toEqual(['curl']);
    expect(fish('hookline explain --format j')).toEqual(['json']);
    expect(zsh('hookline', 'validate', '')).toContain(
      '--format[how problems are printed]:format:(pretty json sarif github gitlab)',
    );
  });

  it('completes what an argument can be', () => {
    for (const [command, ...choices] of [
      ['import', 'kong'],
      ['completion', 'bash', 'fish', 'zsh'],
      ['token', 'new'],
    ] as const) {
      expect(bash('hookline', command, '')).toEqual(choices);
      expect(fish(`hookline ${command} `)).toEqual(choices);
    }
    expect(zsh('hookline', 'import', '')).toContain('1:import:(kong)');
    expect(zsh('hookline', 'token', '')).toContain('1:token:(new)');
  });

  it('completes options and their files beside an argument that can be few things', () => {
    expect(bash('hookline', 'import', '--c')).toEqual(['--check']);
    expect(fish('hookline import --c')).toEqual(['--check']);
    expect(bash('hookline', 'import', 'kong', '--from', 'my')).toEqual(['my hooks.yaml']);
    expect(fish('hookline import kong --from my')).toEqual(['my hooks.yaml']);
    expect(bash('hookline', 'token', 'new', '--sc')).toEqual(['--scope']);
    expect(bash('hookline', 'token', 'new', '--scope', 'em')).toEqual(['emit']);
  });

  it('completes files elsewhere, whatever their names', () => {
    expect(bash('hookline', 'validate', 'my')).toEqual(['my hooks.yaml']);
    expect(fish('hookline validate my')).toEqual(['my hooks.yaml']);
    expect(zsh('hookline', 'validate', '')).toContain('*:file:_files');
  });

  it('knows three shells', async () => {
    const { code, stderr } = await runCommand(['completion', 'csh']);
    expect(code).toBe(2);
    expect(stderr).toContain('bash, zsh, fish');
  });
});
