import type { LoadedDefinition, LoadedFile } from '../definitions/definition.ts';
import type { HeldFile } from './held.ts';

/** A set of which each file is as it was read or as it is live. All of it as it is live is good. */
export interface MixedSet {
  files(): readonly LoadedFile[];
  /** What is live of a file; undefined when nothing is. */
  live(file: string): LoadedFile | undefined;
  /** Whether a file is other than it is live: new, changed or gone. */
  isAdvanced(file: string): boolean;
  /**
   * Has files be as they are live, or not be there. What the set as it was read declares, rightly or not, and that leaves
   * nowhere comes back with the file it is live from: it was on its way from there.
   */
  holdBack(files: readonly string[]): void;
  /** What is other than it was read. */
  held(): readonly HeldFile[];
}

/** Creates a set in which every file is as it was read. */
export function createMixedSet(read: readonly LoadedFile[], live: readonly LoadedFile[]): MixedSet {
  const asRead = byName(read);
  const asLive = byName(live);
  const current = new Map(asRead);
  const declared = new Set([...keysOf(read), ...read.flatMap(({ meant }) => meant.map(toNameKey))]);
  const liveBelow = toBelow(live);

  function isAdvanced(file: string): boolean {
    return current.get(file)?.digest !== asLive.get(file)?.digest;
  }

  function holdBackOne(file: string): void {
    const last = asLive.get(file);
    if (last !== undefined) current.set(file, last);
    else current.delete(file);
    // A directory that cannot be read is one file to whoever reads it.
    for (const below of liveBelow.get(file) ?? []) current.set(below.file, below);
  }

  function findLost(): readonly LoadedFile[] {
    const present = keysOf([...current.values()]);
    const isLost = (key: string): boolean => declared.has(key) && !present.has(key);
    return live.filter((one) => isAdvanced(one.file) && [...keysOf([one])].some(isLost));
  }

  function toHeld({ owner, file }: LoadedFile): readonly HeldFile[] {
    const served = current.get(file);
    if (served?.digest === asRead.get(file)?.digest) return [];
    if (served !== undefined) return [{ owner, file, as: 'last_good' }];
    return liveBelow.has(file) ? [] : [{ owner, file, as: 'left_out' }];
  }

  return {
    files: () => [...current.values()],
    live: (file) => asLive.get(file),
    isAdvanced,
    holdBack(files) {
      for (const file of files) holdBackOne(file);
      for (let lost = findLost(); lost.length > 0; lost = findLost())
        for (const { file } of lost) holdBackOne(file);
    },
    held: () => [...new Map([...asRead, ...current]).values()].flatMap(toHeld),
  };
}

function byName(files: readonly LoadedFile[]): Map<string, LoadedFile> {
  return new Map(files.map((file) => [file.file, file]));
}

/** The files below each directory. */
function toBelow(files: readonly LoadedFile[]): ReadonlyMap<string, readonly LoadedFile[]> {
  const below = new Map<string, LoadedFile[]>();
  for (const one of files)
    for (let end = one.file.lastIndexOf('/'); end > 0; end = one.file.lastIndexOf('/', end - 1)) {
      const directory = one.file.slice(0, end);
      const known = below.get(directory);
      if (known === undefined) below.set(directory, [one]);
      else known.push(one);
    }
  return below;
}

function keysOf(files: readonly LoadedFile[]): ReadonlySet<string> {
  return new Set(files.flatMap(({ definitions }) => definitions.flatMap(toKeys)));
}

/** What makes a definition the one it is. */
function toKeys({ definition }: LoadedDefinition): readonly string[] {
  const name = toNameKey(definition);
  return definition.kind === 'EventHook' ? [`id:${definition.id}`, name] : [name];
}

function toNameKey({ kind, name }: LoadedFile['meant'][number]): string {
  return `${kind}:${name}`;
}
