import { isJsonObject, type JsonObject } from '../event.ts';
import type { Definition, LoadedDefinition, LoadedFile } from './definition.ts';
import { toProblem } from './file-problems.ts';
import { DEFINITION_ENDING, isTestFile } from './file-text.ts';
import { identifyHook, nameHook } from './hook-identity.ts';
import type { FileToLoad } from './load-file.ts';
import type { Problem } from './problem.ts';
import { type SchemaMistake, toDotted } from './schema-messages.ts';
import { validateHook, validateSource } from './schema-validator.ts';
import { toShown } from './shown.ts';
import { toHint } from './suggest.ts';
import type { YamlDocument, YamlMistake } from './yaml-documents.ts';

/** What became of a document, or of a file that has none to look at. */
export interface Loaded {
  readonly definition: LoadedDefinition | null;
  /** What it was to be; null where that is not known, or it is. */
  readonly meant: LoadedFile['meant'][number] | null;
  readonly problems: readonly Problem[];
}

/** A file: its path names its hook, `file` is how it is shown. */
export type FilePlace = Pick<FileToLoad, 'file' | 'source'> & { readonly path: string };

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
