import { hash } from 'node:crypto';
import type { LoadedFile } from './definition.ts';
import { toListed, toProblem } from './file-problems.ts';
import { type FilePlace, type Loaded, loadDocument } from './load-document.ts';
import { readDocuments } from './read-documents.ts';
import { findSilences } from './silences.ts';
import { parseYaml } from './yaml-documents.ts';

/** A file to load. */
export interface FileToLoad {
  /** Path below the root of its source, with `/`. */
  readonly file: string;
  readonly bytes: Buffer;
  readonly source: SourcePlace;
}

/** What files of one source have in common. */
export interface SourcePlace {
  /** As Origin has it: `dir:hooks.d`. */
  readonly source: string;
  /** Name of it in the settings; empty outside of a server. */
  readonly owner: string;
  /** Whether paths are shown behind that name, because there are several sources. */
  readonly labelled: boolean;
}

/** The text of a file by its path as shown; null when there is none to show. */
export type TextOf = (file: string) => string | null;

/** The place of files that belong to no source of a server. */
export function toUnownedPlace(source: string): SourcePlace {
  return { source, owner: '', labelled: false };
}

/** A path as it is shown. */
export function toShownPath({ owner, labelled }: SourcePlace, path: string): string {
  return labelled ? `${owner}:${path}` : path;
}

/** The texts of files. */
export function toTextOf(files: readonly LoadedFile[]): TextOf {
  return (path) => files.find(({ file }) => file === path)?.bytes.toString('utf8') ?? null;
}

/**
 * Loads every definition of a file and finds everything wrong with it in one pass. Never throws. `parse` answers for its text
 * where that was parsed before.
 */
export function loadFile(
  { file: path, bytes, source }: FileToLoad,
  parse: typeof parseYaml = parseYaml,
): LoadedFile {
  const file = toShownPath(source, path);
  const loaded = loadBytes(bytes, { path, file, source, parse });
  return {
    owner: source.owner,
    path,
    file,
    bytes,
    digest: hash('sha256', bytes, 'hex'),
    definitions: loaded.flatMap(({ definition }) => (definition === null ? [] : [definition])),
    meant: loaded.flatMap(({ meant }) => meant ?? []),
    problems: toListed(loaded.flatMap(({ problems }) => problems)),
    silences: findSilences(bytes),
  };
}

function loadBytes(
  bytes: Buffer,
  { parse, ...place }: FilePlace & { readonly parse: typeof parseYaml },
): readonly Loaded[] {
  const yaml = readDocuments(bytes, { file: place.path, empty: EMPTY }, parse);
  if (yaml.kind === 'invalid')
    return [
      {
        definition: null,
        meant: null,
        problems: yaml.mistakes.map((mistake) => toProblem(place, mistake)),
      },
    ];
  const alone = yaml.documents.length === 1;
  return withOneUnnamed(yaml.documents.map((document) => loadDocument(document, { ...place, alone })));
}

/** That several documents each need a name is said once of a file. */
function withOneUnnamed(loaded: readonly Loaded[]): readonly Loaded[] {
  const [, ...others] = loaded.flatMap(({ problems }) =>
    problems.filter(({ code }) => code === 'name_missing'),
  );
  if (others.length === 0) return loaded;
  return loaded.map((one) => ({
    ...one,
    problems: one.problems.filter((problem) => !others.includes(problem)),
  }));
}

/** An editor that empties a file before it writes must not remove hooks. */
const EMPTY = {
  message: 'The file holds no definition',
  hint: 'Remove the file; to switch a hook off, say enabled: false in it',
};
