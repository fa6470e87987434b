import { hash } from 'node:crypto';
import { isJsonObject, type JsonObject } from '../event.ts';
import { findJsonFault } from '../json-fault.ts';
import { maskSource } from '../secrets/mask-source.ts';
import type { Definition, LoadedDefinition, LoadedFile } from './definition.ts';
import { DEFINITION_ENDING, type FileFault, isTestFile, toFileText } from './file-text.ts';
import { identifyHook, nameHook } from './hook-identity.ts';
import { MAX_PROBLEMS, type Problem } from './problem.ts';
import { RULES } from './rules.ts';
import { type SchemaMistake, toDotted } from './schema-messages.ts';
import { validateHook, validateSource } from './schema-validator.ts';
import { toShown } from './shown.ts';
import { findSilences } from './silences.ts';
import { toHint } from './suggest.ts';
import {
  parseYaml,
  toYamlFile,
  type YamlDocument,
  type YamlFile,
  type YamlMistake,
} from './yaml-documents.ts';

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

/** What became of a document, or of a file that has none to look at. */
interface Loaded {
  readonly definition: LoadedDefinition | null;
  /** What it was to be; null where that is not known, or it is. */
  readonly meant: LoadedFile['meant'][number] | null;
  readonly problems: readonly Problem[];
}

/** A file: its path names its hook, `file` is how it is shown. */
type FilePlace = Pick<FileToLoad, 'file' | 'source'> & { readonly path: string };

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

/** A file of documents. */
interface DocumentFile {
  readonly file: string;
  /** What is said of one that holds nothing. */
  readonly empty: Pick<FileFault, 'message' | 'hint'>;
}

/** The documents of a file, or why there are none to look at. */
export function readDocuments(bytes: Buffer, { file, empty }: DocumentFile, parse = parseYaml): YamlFile {
  const read = toFileText(bytes);
  if (read.kind === 'broken') return { kind: 'invalid', mistakes: [{ path: [], ...read.fault }] };
  const yaml = toYamlFile(read.text, parse(read.text));
  if (yaml.kind === 'invalid') return yaml;
  if (yaml.documents.length === 0)
    return { kind: 'invalid', mistakes: [{ code: 'file_empty', line: 1, column: 1, path: [], ...empty }] };
  const fault = JSON_ENDING.test(file) ? checkJson(read.text) : null;
  return fault === null ? yaml : { kind: 'invalid', mistakes: [fault] };
}

const JSON_ENDING = /\.json$/i;

/** What is wrong with a text as JSON that is right as YAML: a comma too many, a comment. */
function checkJson(text: string): YamlMistake | null {
  try {
    JSON.parse(text);
    return null;
  } catch {
    const { message = 'it is no JSON', line = 1, column = 1 } = findJsonFault(text) ?? {};
    const hint = 'Mend it, or end the name of the file with .yaml: YAML takes it';
    return { code: 'json_syntax', line, column, path: [], message: `The file is no JSON: ${message}`, hint };
  }
}

/** An editor that empties a file before it writes must not remove hooks. */
const EMPTY = {
  message: 'The file holds no definition',
  hint: 'Remove the file; to switch a hook off, say enabled: false in it',
};

/** A mistake as a problem of its file. */
export function toProblem(
  { file }: Pick<FilePlace, 'file'>,
  { code, line, column, path, message, hint }: YamlMistake,
): Problem {
  return {
    code,
    severity: RULES[code].severity,
    file,
    line,
    column,
    path: maskSource(toDotted(path)),
    message,
    hint,
  };
}

/** Problems of one file by place, as many as are listed. */
export function toListed(found: readonly Problem[]): readonly Problem[] {
  const problems = found.toSorted((a, b) => a.line - b.line || a.column - b.column);
  const others = problems.slice(MAX_PROBLEMS);
  // Warnings before it must not hide that there is an error.
  const next = others.find(({ severity }) => severity === 'error') ?? others[0];
  if (next === undefined) return problems;
  const message = 'The file has more problems: they are listed once those before are mended';
  return [
    ...problems.slice(0, MAX_PROBLEMS),
    { ...next, code: 'more_problems', path: '', message, hint: null },
  ];
}

/** What a document is loaded with besides its text. */
interface DocumentContext extends FilePlace {
  readonly alone: boolean;
}

/** Makes a definition of a document, or finds everything that is wrong with it. */
export function loadDocument(document: YamlDocument, context: DocumentContext): Loaded {
  const { value, line, locate, locateWithin } = document;
  const { file } = context;
  const { source, owner } = context.source;
  const declared = isJsonObject(value) ? structuredClone(value) : {};
  const mistakes = [
    ...document.mistakes,
    ...(document.complete ? validate(value, context) : []).map(({ atKey, ...mistake }) => ({
      ...mistake,
      ...locate(mistake.path, atKey),
    })),
  ];
  const problems = withCommented(mistakes, document.commented).map((mistake) => toProblem(context, mistake));
  if (mistakes.length > 0) return { definition: null, meant: toMeant(value), problems };
  const definition = value as Definition;
  return {
    definition: { definition, origin: { source, owner, file, line }, declared, locate, locateWithin },
    meant: null,
    problems,
  };
}

/** Of a value that is wrong because it is empty, why it is empty is its hint. */
function withCommented(
  mistakes: readonly YamlMistake[],
  commented: readonly YamlMistake[],
): readonly YamlMistake[] {
  const hints = new Map(commented.map((one) => [toDotted(one.path), one]));
  const said = mistakes.map((mistake) => {
    const { message, hint } = hints.get(toDotted(mistake.path)) ?? {};
    return message === undefined || hint === undefined
      ? mistake
      : { ...mistake, hint: `${message}. ${hint}` };
  });
  const wrong = new Set(mistakes.map(({ path }) => toDotted(path)));
  return [...said, ...commented.filter(({ path }) => !wrong.has(toDotted(path)))];
}

function toMeant(value: unknown): Loaded['meant'] {
  if (!isJsonObject(value) || typeof value.name !== 'string') return null;
  return { kind: value.kind === 'EventSource' ? 'EventSource' : 'EventHook', name: value.name };
}

/** Validates a document and completes it in place: defaults, name and id. */
function validate(value: unknown, context: DocumentContext): readonly SchemaMistake[] {
  if (!isJsonObject(value)) return [NOT_AN_OBJECT];
  if (value.kind === 'EventSource') return validateSource(value);
  if (value.kind === 'HookTest') return [testMisplaced(context)];
  if (value.kind !== undefined && value.kind !== 'EventHook') return [unknownKind(value)];
  if (Object.hasOwn(value, 'apiVersion') && Object.hasOwn(value, 'spec')) return [WRAPPED];
  const mistakes = [...nameHook(value, { file: context.path, alone: context.alone }), ...validateHook(value)];
  if (mistakes.length === 0) identifyHook(value);
  return mistakes;
}

const NOT_AN_OBJECT: SchemaMistake = {
  code: 'document_not_object',
  path: [],
  atKey: false,
  message: 'A definition must be a map of keys and values',
  hint: 'Write source: and handler: without dashes; several definitions have a line of --- between them',
};

const WRAPPED: SchemaMistake = {
  code: 'unknown_key',
  path: ['apiVersion'],
  atKey: true,
  message: 'A definition has no "apiVersion", "metadata" and "spec"',
  hint: 'Write what stands in spec: without it, and metadata.name as name:',
};

/** The sources leave files of tests out: only who names one by itself comes here with it. */
function testMisplaced({ path }: DocumentContext): SchemaMistake {
  const about = { code: 'test_misplaced', path: ['kind'], atKey: false } as const;
  if (isTestFile(path))
    return { ...about, message: 'A HookTest is no definition', hint: 'Run it: hookline test FILE' };
  const name = path.replace(/^.*\//, '').replace(DEFINITION_ENDING, '');
  return {
    ...about,
    message: 'A HookTest stands in a file of definitions',
    hint: `Put it into a file named as tests are, such as ${name}.test.yaml`,
  };
}

const KINDS = ['EventHook', 'EventSource'];

function unknownKind({ kind }: JsonObject): SchemaMistake {
  const message = `"kind" must be ${KINDS.join(' or ')}: got ${toShown(kind)}`;
  const hint = toHint(String(kind), KINDS);
  return { code: 'unknown_kind', path: ['kind'], atKey: false, message, hint };
}
