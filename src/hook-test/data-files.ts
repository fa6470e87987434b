import { dirname, resolve } from 'node:path';
import { toProblem } from '../definitions/file-problems.ts';
import type { Problem } from '../definitions/problem.ts';
import { readDocuments } from '../definitions/read-documents.ts';
import { toMessage } from '../errors.ts';
import { isJsonObject, type JsonObject } from '../event.ts';
import type { TestEvent } from './hook-test.ts';
import type { LoadedTest } from './load-tests.ts';
import { readRegularFile } from './read-file.ts';

/** The data of events. */
export interface EventData {
  readonly dataOf: (event: TestEvent) => JsonObject;
  /** Of files that cannot be read, or hold something else. */
  readonly problems: readonly Problem[];
}

const EMPTY = { message: 'it is empty', hint: null };

/** Reads the files that events of a document have their data from. Never throws. */
export function readEventData({ test, file, locate }: LoadedTest): EventData {
  const data = new Map<TestEvent, JsonObject>();
  const problems = test.tests.flatMap((one, index) =>
    one.events.flatMap((event, number): readonly Problem[] => {
      if (event.data_file === null) return [];
      const read = readData(resolve(dirname(file), event.data_file));
      if (typeof read !== 'string') {
        data.set(event, read);
        return [];
      }
      const path = ['tests', index, 'events', number, 'data_file'];
      const message = `Cannot read "${event.data_file}": ${read}`;
      const said = { code: 'file_unreadable', message, hint: null } as const;
      return [toProblem({ file }, { ...said, path, ...locate(path) })];
    }),
  );
  return { dataOf: (event) => data.get(event) ?? event.data ?? {}, problems };
}

function readData(path: string): JsonObject | string {
  try {
    return parseMap(readRegularFile(path), path);
  } catch (error) {
    return toMessage(error);
  }
}

/** The map that a file of YAML or JSON holds, or why there is none. */
export function parseMap(bytes: Buffer, file: string): JsonObject | string {
  const yaml = readDocuments(bytes, { file, empty: EMPTY });
  if (yaml.kind === 'invalid') return toReason(yaml.mistakes[0]);
  const [first, second] = yaml.documents;
  if (second !== undefined) return 'it holds more than one document';
  const [mistake] = first?.mistakes ?? [];
  if (mistake !== undefined) return toReason(mistake);
  return isJsonObject(first?.value) ? first.value : 'it must hold a map of keys and values';
}

function toReason(mistake: Pick<Problem, 'line' | 'column' | 'message'> | undefined): string {
  return mistake === undefined ? 'it is broken' : `${mistake.message} (line ${mistake.line})`;
}
