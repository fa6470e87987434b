import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { toFileText } from './file-text.ts';
import { type ParseThread, startParseThread } from './parse-thread.ts';
import { type ParsedText, parseYaml } from './yaml-documents.ts';

/** Bytes parsed between two pauses, so that a large set never holds up deliveries: some ten milliseconds. */
const BATCH_BYTES = 32 * 1024;
/** Below it threads take longer to start than the texts to parse. */
const MIN_THREADED_BYTES = 128 * 1024;
/** More of them wait for the one that takes what they parsed. */
const MAX_THREADS = 4;

/** What has a text to parse. */
interface WithBytes {
  readonly bytes: Buffer;
}

/** A file, and how to know what its text says. */
export interface ParsedAhead<File> {
  readonly file: File;
  readonly parse: (text: string) => ParsedText;
}

/**
 * Has files parsed, in their order, a batch at a time, with pauses. Many bytes are parsed on other threads: no text holds
 * anything up there, whatever is in it. A batch whose thread failed is parsed by who asks. `start` starts a thread.
 */
export async function* parseAhead<File extends WithBytes>(
  files: readonly File[],
  start = startParseThread,
): AsyncGenerator<readonly ParsedAhead<File>[]> {
  const batches = toBatches(files);
  await using threads = startThreads(sizeOf(files) < MIN_THREADED_BYTES ? [] : batches, start);
  for (const [index, batch] of batches.entries()) {
    const parsed = await threads.results[index];
    yield batch.map((file, number) => ({ file, parse: (text) => parsed?.[number] ?? parseYaml(text) }));
    await setImmediate();
  }
}

function toBatches<File extends WithBytes>(files: readonly File[]): readonly (readonly File[])[] {
  const batches: File[][] = [];
  let room = 0;
  for (const file of files) {
    if (room <= 0) {
      batches.push([]);
      room = BATCH_BYTES;
    }
    batches.at(-1)?.push(file);
    room -= file.bytes.length;
  }
  return batches;
}

function sizeOf(files: readonly WithBytes[]): number {
  return files.reduce((size, { bytes }) => size + bytes.length, 0);
}

/** Threads at work on batches. */
interface Threads extends AsyncDisposable {
  /** Of each batch what its texts say; null where its thread failed. */
  readonly results: readonly Promise<readonly ParsedText[] | null>[];
}

function startThreads(batches: readonly (readonly WithBytes[])[], start: typeof startParseThread): Threads {
  const answers = batches.map(() => Promise.withResolvers<readonly ParsedText[] | null>());
  const left = [...batches.entries()];
  const running = new Set<ParseThread>();

  async function work(): Promise<void> {
    try {
      await using thread = start();
      running.add(thread);
      for (let next = left.shift(); next !== undefined; next = left.shift()) {
        const [index, batch] = next;
        const parsed = await thread.parse(batch.map(toText)).catch(() => null);
        answers[index]?.resolve(parsed);
        if (parsed === null) return;
      }
    } catch {
      // None can be started: those that could do the work, or who asks does.
    }
  }

  const count = Math.min(batches.length, MAX_THREADS, availableParallelism());
  const done = Promise.all(Array.from({ length: count }, work)).then(() => {
    for (const { resolve } of answers) resolve(null);
  });
  return {
    results: answers.map(({ promise }) => promise),
    async [Symbol.asyncDispose]() {
      left.length = 0;
      for (const thread of running) await thread[Symbol.asyncDispose]();
      await done;
    },
  };
}

/** A file that has no text is not asked for what it says. */
function toText({ bytes }: WithBytes): string {
  const read = toFileText(bytes);
  return read.kind === 'text' ? read.text : '';
}
