import type { LoadedDefinition, Locate } from '../definitions/definition.ts';
import { toListed, toProblem } from '../definitions/file-problems.ts';
import { loadDocument } from '../definitions/load-document.ts';
import { toUnownedPlace } from '../definitions/load-file.ts';
import type { Problem } from '../definitions/problem.ts';
import { readDocuments } from '../definitions/read-documents.ts';
import type { YamlDocument } from '../definitions/yaml-documents.ts';
import type { JsonObject } from '../event.ts';
import type { HookTest } from './hook-test.ts';
import { validateTest } from './test-schema.ts';

/** A HookTest that fits its schema, with the means to find the place of anything in it. */
export interface LoadedTest {
  readonly test: HookTest;
  /** Path as it is shown. */
  readonly file: string;
  readonly locate: Locate;
  /** Definitions that are written in it. */
  readonly inline: readonly LoadedDefinition[];
}

/** What became of a file of tests. */
export interface LoadedTestFile {
  /** Path as it is shown. */
  readonly file: string;
  readonly text: string;
  readonly tests: readonly LoadedTest[];
  readonly problems: readonly Problem[];
}

const EMPTY = { message: 'The file holds no test', hint: 'Write one, or remove the file' };

/** Loads every HookTest of a file and finds everything wrong with it in one pass. Never throws. */
export function loadTestFile(file: string, bytes: Buffer): LoadedTestFile {
  const yaml = readDocuments(bytes, { file, empty: EMPTY });
  const text = bytes.toString('utf8');
  if (yaml.kind === 'invalid')
    return { file, text, tests: [], problems: yaml.mistakes.map((one) => toProblem({ file }, one)) };
  const names = new Set<string>();
  const loaded = yaml.documents.map((document) => loadTest(file, document, names));
  return {
    file,
    text,
    tests: loaded.flatMap(({ test }) => test ?? []),
    problems: toListed(loaded.flatMap(({ problems }) => problems)),
  };
}

interface Loaded {
  readonly test: LoadedTest | null;
  readonly problems: readonly Problem[];
}

function loadTest(file: string, document: YamlDocument, names: Set<string>): Loaded {
  const { value, locate } = document;
  const found = document.complete ? validateTest(value, names) : [];
  const mistakes = [
    ...document.mistakes,
    ...found.map(({ atKey, ...mistake }) => ({ ...mistake, ...locate(mistake.path, atKey) })),
  ];
  if (mistakes.length > 0)
    return { test: null, problems: mistakes.map((mistake) => toProblem({ file }, mistake)) };
  const test = value as HookTest;
  const inline = (test.definitions ?? []).flatMap((definition, index) =>
    typeof definition === 'string' ? [] : [loadInline(file, definition, toPart(document, index))],
  );
  const problems = inline.flatMap((one) => one.problems);
  const definitions = inline.flatMap(({ definition }) => definition ?? []);
  return { test: problems.length > 0 ? null : { test, file, locate, inline: definitions }, problems };
}

/** A definition within a document as a document of its own, whose places are those of the whole. */
function toPart({ locate, locateWithin }: YamlDocument, index: number): Part {
  const root = ['definitions', index];
  return {
    line: locate(root).line,
    locate: (path, atKey) => locate([...root, ...path], atKey),
    locateWithin: (path, within) => locateWithin([...root, ...path], within),
  };
}

type Part = Pick<YamlDocument, 'line' | 'locate' | 'locateWithin'>;

function loadInline(file: string, value: JsonObject, part: Part): ReturnType<typeof loadDocument> {
  const document = { ...part, value, mistakes: [], commented: [], complete: true };
  return loadDocument(document, { path: file, file, source: toUnownedPlace(`file:${file}`), alone: false });
}
