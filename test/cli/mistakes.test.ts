import { describe, expect, it } from 'vitest';
import type { Problem } from '../../src/definitions/problem.ts';
import { runCommand } from '../helpers/process.ts';
import { createTempDir } from '../helpers/temp-dir.ts';
import { MISTAKES, type WrittenMistake } from './mistakes.ts';

/** Each stands in a directory of its own: one command finds what is wrong with all. */
const FILES = MISTAKES.map((mistake, index) => ({
  mistake,
  file: `${index}/${mistake.file ?? 'hook.yaml'}`,
}));

async function findAll(): Promise<ReadonlyMap<string, readonly Problem[]>> {
  using dir = createTempDir();
  for (const { mistake, file } of FILES) dir.write(file, mistake.text);
  const { code, stdout } = await runCommand(['validate', '--json', '.'], { cwd: dir.path });
  expect(code).toBe(1);
  const { problems } = JSON.parse(stdout) as { readonly problems: readonly Problem[] };
  return Map.groupBy(problems, ({ file }) => file);
}

const found = await findAll();

function toBrief({ line, column, severity, code, message, hint }: Problem): Pick<WrittenMistake, 'says'> & {
  readonly hint: string | null;
} {
  return { says: `${line}:${column} ${severity} ${code}: ${message}`, hint };
}

describe('a mistake in a definition', () => {
  it.each(FILES.map(({ mistake, file }) => [mistake.what, mistake, file] as const))(
    'is told once, with its line and what to write: %s',
    (_what, { says, hint }, file) => {
      expect((found.get(file) ?? []).map(toBrief)).toEqual([{ says, hint }]);
    },
  );

  it('is told at the second of two hooks with one name', async () => {
    using dir = createTempDir();
    for (const file of ['a.yaml', 'b.yaml']) dir.write(file, 'source: crud\nhandler: log\nname: tell\n');
    const { stdout } = await runCommand(['validate', '.'], { cwd: dir.path });
    expect(stdout).toBe(`b.yaml:3:7 error name_duplicate: Duplicate name "tell": a.yaml:1 has it already
  1 | source: crud
  2 | handler: log
> 3 | name: tell
    |       ^
  4 |
  hint: Give one of them another name, or remove it
  see: https://hookline.dev/README.md#name_duplicate

`);
  });
});
