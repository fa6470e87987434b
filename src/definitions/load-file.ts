import { isUtf8 } from 'node:buffer';
import { hash } from 'node:crypto';
import { v5 as uuidv5 } from 'uuid';
import { isJsonObject, type JsonObject } from '../event.ts';
import type { Definition, LoadedDefinition, LoadedFile } from './definition.ts';
import type { Problem, ProblemCode } from './problem.ts';
import type { SchemaMistake } from './schema-messages.ts';
import { validateHook, validateSource } from './schema-validator.ts';
import { parseYaml, type YamlDocument } from './yaml-documents.ts';

/** A file to load. */
export interface FileToLoad {
  /** Path below the root of its source, with `/`. */
  readonly file: string;
  readonly bytes: Buffer;
  /** Source of definitions it belongs to. */
  readonly source: string;
}

/** Bytes a file of definitions may have. */
export const MAX_FILE_BYTES = 1024 * 1024;

/** Namespace of ids made of names. Changing it would change the id of every hook that does not say its own. */
const ID_NAMESPACE = '5f2f3a4e-8d0c-4b7e-9d57-2f6c1c0e7a11';
const ENDING = /\.(ya?ml|json)$/i;
const BYTE_ORDER_MARK = '\ufeff';

/** Loads every definition of a file and finds everything wrong with it in one pass. Never throws. */
export function loadFile({ file, bytes, source }: FileToLoad): LoadedFile {
  const digest = hash('sha256', bytes, 'hex');
  const broken = checkBytes(bytes);
  if (broken !== null) return { file, digest, definitions: [], problems: [toProblem(file, broken)] };
  const text = bytes.toString('utf8');
  const yaml = parseYaml(text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text);
  if (yaml.kind === 'invalid') {
    return {
      file,
      digest,
      definitions: [],
      problems: yaml.mistakes.map((mistake) => toProblem(file, mistake)),
    };
  }
  const alone = yaml.documents.length === 1;
  const loaded = yaml.documents.map((document) => loadDocument(document, { file, source, alone }));
  return {
    file,
    digest,
    definitions: loaded.flatMap(({ definition }) => (definition === null ? [] : [definition])),
    problems: loaded.flatMap(({ problems }) => problems),
  };
}

/** What is wrong with a file before it is read as YAML. */
type Fault = Pick<Problem, 'code' | 'message'> & Partial<Pick<Problem, 'line' | 'column' | 'hint'>>;

function toProblem(file: string, { code, message, line = 1, column = 1, hint = null }: Fault): Problem {
  return { code, severity: 'error', file, line, column, path: '', message, hint };
}

function checkBytes(bytes: Buffer): Fault | null {
  if (bytes.length > MAX_FILE_BYTES) {
    return {
      code: 'file_too_large',
      message: `The file has ${bytes.length} bytes: at most ${MAX_FILE_BYTES} are read`,
    };
  }
  if (!isUtf8(bytes))
    return {
      code: 'file_not_utf8',
      message: 'The file is not UTF-8',
      ...locateInvalid(bytes),
      hint: 'Save it as UTF-8',
    };
  const nul = bytes.indexOf(0);
  if (nul === -1) return null;
  return {
    code: 'yaml_syntax',
    message: 'The file holds a NUL byte',
    line: countLines(bytes.subarray(0, nul)),
  };
}

/** The line with the first byte that is not UTF-8: a newline byte never stands inside a character. */
function locateInvalid(bytes: Buffer): { readonly line: number } {
  let line = 1;
  for (let from = 0; from < bytes.length; line += 1) {
    const newline = bytes.indexOf(0x0a, from);
    const end = newline === -1 ? bytes.length : newline;
    if (!isUtf8(bytes.subarray(from, end))) return { line };
    from = end + 1;
  }
  return { line: 1 };
}

function countLines(bytes: Buffer): number {
  return bytes.toString('latin1').split('\n').length;
}

/** Where a document stands. */
interface DocumentContext {
  readonly file: string;
  readonly source: string;
  /** Whether it is the only one of its file, so that the file can name it. */
  readonly alone: boolean;
}

interface LoadedDocument {
  readonly definition: LoadedDefinition | null;
  readonly problems: readonly Problem[];
}

function loadDocument(document: YamlDocument, context: DocumentContext): LoadedDocument {
  const { value, line, locate } = document;
  const { file, source } = context;
  const at = ({ code, path, atKey, message, hint }: SchemaMistake): Problem => ({
    code,
    severity: 'error',
    file,
    ...locate(path, atKey),
    path: toDotted(path),
    message,
    hint,
  });
  if (!isJsonObject(value)) {
    const code: ProblemCode = 'document_not_object';
    return {
      definition: null,
      problems: [
        {
          ...toProblem(file, { code, message: 'A definition must be a map of keys and values' }),
          ...locate([]),
        },
      ],
    };
  }
  const declared = structuredClone(value);
  const mistakes = validate(value, context);
  if (mistakes.length > 0) return { definition: null, problems: mistakes.map(at) };
  const definition = value as unknown as Definition;
  return { definition: { definition, origin: { source, file, line }, declared, locate }, problems: [] };
}

/** Validates a document and completes it: defaults, name and id. */
function validate(value: JsonObject, { file, alone }: DocumentContext): readonly SchemaMistake[] {
  if (value.kind === 'EventSource') return validateSource(value);
  if (value.kind !== undefined && value.kind !== 'EventHook') return [unknownKind(value.kind)];
  const missing = Object.hasOwn(value, 'name') ? [] : alone ? nameByFile(value, file) : [nameMissing()];
  const mistakes = [...missing, ...validateHook(value)];
  if (mistakes.length === 0) complete(value);
  return mistakes;
}

function unknownKind(kind: unknown): SchemaMistake {
  const message = `"kind" must be EventHook or EventSource: got ${JSON.stringify(kind)}`;
  return {
    code: 'unknown_kind',
    path: ['kind'],
    atKey: false,
    message,
    hint: 'A document without a kind is an EventHook',
  };
}

function nameMissing(): SchemaMistake {
  const hint = 'A file with several documents cannot name them: say name: in each';
  return { code: 'name_missing', path: [], atKey: false, message: 'Missing key "name"', hint };
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._/-]*$/;

function nameByFile(value: JsonObject, file: string): readonly SchemaMistake[] {
  const name = file.replace(ENDING, '');
  if (!NAME.test(name)) {
    const message = `Cannot name the hook after the file "${file}": a name has letters, digits and . _ - / only`;
    return [
      { code: 'name_missing', path: [], atKey: false, message, hint: 'Say name: in the file, or rename it' },
    ];
  }
  Object.assign(value, { name });
  return [];
}

function complete(value: JsonObject): void {
  const id = typeof value.id === 'string' ? value.id.toLowerCase() : uuidv5(String(value.name), ID_NAMESPACE);
  Object.assign(value, { id });
}

function toDotted(path: SchemaMistake['path']): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`))
    .join('');
}
