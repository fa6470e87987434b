import type { LoadedFile } from '../definitions/definition.ts';
import type { Problem } from '../definitions/problem.ts';
import type { Prepared } from './prepare.ts';

/** A set in which every file that has an error is what it was when it was good, or is left out. */
export interface Isolated {
  readonly prepared: Prepared;
  /** What `prepared` was made of. */
  readonly files: readonly LoadedFile[];
  /** As they were read, the files that are another version in `files`, or not there. */
  readonly held: readonly LoadedFile[];
}

/** What files are isolated with. */
export interface IsolateParts {
  readonly prepare: (files: readonly LoadedFile[]) => Promise<Prepared>;
  /** The set as it was read, and what came of it. */
  readonly files: readonly LoadedFile[];
  readonly prepared: Prepared;
  /** The files that are live. */
  readonly live: readonly LoadedFile[];
}

/**
 * The policy `isolate`: holds back the files that have an error, so that the others can advance. What is wrong with a file
 * by itself comes first: others may be wrong only for want of it. Holding one back may break another in turn, which is held
 * back then too; in the end every file is held at most twice: at its last good version, then left out.
 */
export async function isolate({ prepare, files, prepared, live }: IsolateParts): Promise<Isolated> {
  const good = new Map(live.map((file) => [file.file, file]));
  const current = new Map(files.map((file) => [file.file, file]));
  let result = prepared;
  while (!result.good) {
    const own = filesOf([...current.values()].flatMap(({ problems }) => problems));
    const broken = own.length > 0 ? own : filesOf(result.problems).filter((file) => current.has(file));
    if (broken.length === 0) break;
    for (const file of broken) {
      const last = good.get(file);
      if (last !== undefined && last !== current.get(file)) current.set(file, last);
      else current.delete(file);
      good.delete(file);
    }
    result = await prepare([...current.values()]);
  }
  const held = files.filter((file) => current.get(file.file) !== file);
  return { prepared: result, files: [...current.values()], held };
}

function filesOf(problems: readonly Problem[]): readonly string[] {
  return [...new Set(problems.filter(({ severity }) => severity === 'error').map(({ file }) => file))];
}
