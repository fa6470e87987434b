import { parentPort, workerData } from 'node:worker_threads';
import { toMessage } from '../errors.ts';
import { type DirectoryContent, type KnownFile, scanDirectory, toRevision } from './directory-scan.ts';
import type { ScanAnswer, ScanChanges, ScanRequest, ScanWorkerData } from './scan-protocol.ts';

/**
 * A thread that scans one directory, as often as it is asked. It keeps no bytes: of the scan the main thread said last
 * that it has, and of the latest, it keeps what tells whether a file changed. Of others it knows nothing, and answers
 * with all there is.
 */
const port = parentPort;
if (port === null) throw new Error('Cannot run the scan worker: it must be started as a thread');

/** A scan the main thread may say that it has. */
interface KeptScan {
  readonly number: number;
  readonly files: ReadonlyMap<string, KnownFile>;
}

const { root, steps: shared } = workerData as ScanWorkerData;
const steps = new Int32Array(shared);
let kept: readonly KeptScan[] = [];

port.on('message', (request: ScanRequest) => {
  const answer = answerTo(request);
  port.postMessage(answer, answer.kind === 'found' ? [...answer.chunks] : []);
});

function answerTo({ number, known }: ScanRequest): ScanAnswer {
  const since = kept.find((scan) => scan.number === known) ?? null;
  try {
    const content = scanDirectory(root, { known: since?.files ?? new Map(), onStep });
    if (content === null) return { kind: 'moved' };
    const latest = { number, files: new Map(content.files.map((file) => [file.file, file])) };
    kept = since === null ? [latest] : [since, latest];
    return { kind: 'found', ...toChanges(content, since) };
  } catch (error) {
    return { kind: 'failed', message: toMessage(error) };
  }
}

function onStep(): void {
  Atomics.add(steps, 0, 1);
}

function toChanges(content: DirectoryContent, since: KeptScan | null): ScanChanges {
  const { chunks, unreadable, isWhole } = content;
  const found = new Set(content.files.map(({ file }) => file));
  return {
    since: since?.number ?? null,
    changed: content.files.flatMap(({ file, digest, bytes }) =>
      bytes === null ? [] : [{ file, digest, ...bytes }],
    ),
    gone: [...(since?.files.keys() ?? [])].filter((file) => !found.has(file)),
    chunks,
    unreadable,
    isWhole,
    revision: toRevision(content),
  };
}
