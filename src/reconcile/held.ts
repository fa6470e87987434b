import { count } from '../count.ts';

/** A file that is not served as it was read. */
export interface HeldFile {
  /** Name of its source. */
  readonly owner: string;
  /** As it is shown. */
  readonly file: string;
  /** Whether its last good version is served, as of one that went, or nothing of it: it never was good. */
  readonly as: 'last_good' | 'left_out';
}

/** Names of files that are held back, by what is served of them. */
interface HeldNames {
  readonly lastGood: readonly string[];
  readonly leftOut: readonly string[];
}

/** Names in a message; more would be a page. */
const MAX_NAMED = 5;

/** Tells files at their last good version from those that are left out. */
export function toHeldNames(held: readonly HeldFile[]): HeldNames {
  const namesOf = (as: HeldFile['as']): readonly string[] =>
    held.flatMap((one) => (one.as === as ? [one.file] : []));
  return { lastGood: namesOf('last_good'), leftOut: namesOf('left_out') };
}

/** Says which files are held back: "At the last good version: a.yaml; left out: b.yaml". */
export function describeHeld(held: readonly HeldFile[]): string {
  const { lastGood, leftOut } = toHeldNames(held);
  if (lastGood.length === 0) return `Left out: ${list(leftOut)}`;
  const rest = leftOut.length === 0 ? '' : `; left out: ${list(leftOut)}`;
  return `At the last good version: ${list(lastGood)}${rest}`;
}

/** Says how many files are held back: "2 files at the last good version, 1 left out". */
export function countHeld(held: readonly HeldFile[]): string {
  const { lastGood, leftOut } = toHeldNames(held);
  if (lastGood.length === 0) return `${count(leftOut.length, 'file')} left out`;
  const rest = leftOut.length === 0 ? '' : `, ${leftOut.length} left out`;
  return `${count(lastGood.length, 'file')} at the last good version${rest}`;
}

function list(files: readonly string[]): string {
  const named = files.slice(0, MAX_NAMED).join(', ');
  return files.length > MAX_NAMED ? `${named} and ${files.length - MAX_NAMED} more` : named;
}
