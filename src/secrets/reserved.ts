import { realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { toVariable } from './env-vault.ts';
import { toPath } from './file-vault.ts';
import { isReference, parseReference, type Reference, SecretError } from './reference.ts';

/** Whether a reference is to what is reserved. */
export type IsReserved = (reference: Reference) => boolean;

/**
 * The variables and files that settings refer to. They are the settings' own, whole, whatever key or version is asked for:
 * whoever can commit a hook could otherwise send the token of git to anywhere.
 */
export interface Reserved {
  /** Looks where the files of settings are now, and answers what tells by that. */
  look(): IsReserved;
}

/** For definitions that no settings stand beside. */
export const NOTHING_RESERVED: Reserved = createReserved([], '');

/** Reserves what every reference among the texts of settings is to; other texts reserve nothing. `paths` are files that settings name. */
export function createReserved(
  texts: readonly string[],
  fileRoot: string,
  paths: readonly string[] = [],
): Reserved {
  const references = texts.flatMap(toReferences);
  const variables = new Set(references.filter(({ vault }) => vault === 'env').map(toFamily));
  const files = references.filter(({ vault }) => vault === 'file');
  // Asked for at every look: where they are may change with a link, the root's too.
  const findPaths = (): readonly string[] => [
    ...files.map(({ resource }) => toPath(fileRoot, resource)),
    ...paths.map((path) => resolve(path)),
  ];
  return {
    look() {
      let known: ReadonlySet<string> | null = null;
      // Not before a file is asked for: every delivery that is signed looks, most of them for a variable.
      const findPlaces = (): ReadonlySet<string> => {
        known ??= new Set(findPaths().flatMap(toPlaces));
        return known;
      };
      const isOneOfThem = (reference: Reference): boolean =>
        files.length + paths.length > 0 &&
        toPlaces(toPath(fileRoot, reference.resource)).some((place) => findPlaces().has(place));
      return (reference) =>
        reference.vault === 'env' ? variables.has(toFamily(reference)) : isOneOfThem(reference);
    },
  };
}

/** What a reference is to, for people: the variable or the file. */
export function describeResource(reference: Reference): string {
  return reference.vault === 'env' ? `variable ${toVariable(reference)}` : `file ${reference.resource}`;
}

/** One that cannot be read resolves to nothing, so there is nothing to reserve. */
function toReferences(text: string): readonly Reference[] {
  if (!isReference(text)) return [];
  try {
    return [parseReference(text)];
  } catch (error) {
    if (error instanceof SecretError) return [];
    throw error;
  }
}

/** The name that a variable and those of its earlier values have in common. */
function toFamily(reference: Reference): string {
  return toVariable(reference).replace(/(?:_PREVIOUS)+$/, '');
}

/** Everything a file is known by: its path as written, for one that is not there yet, and what is there by its path and number. */
function toPlaces(path: string): readonly string[] {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return [path, realpathSync.native(path), `${dev}:${ino}`];
  } catch {
    return [path];
  }
}
