import { findJsonFault } from '../json-fault.ts';
import { type FileFault, toFileText } from './file-text.ts';
import { parseYaml, toYamlFile, type YamlFile, type YamlMistake } from './yaml-documents.ts';

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
