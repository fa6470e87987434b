import { parentPort } from 'node:worker_threads';
import { parseYaml } from './yaml-documents.ts';

/** A thread that parses lists of texts, as often as it is asked: each is answered with what its texts say, in their order. */
const port = parentPort;
if (port === null) throw new Error('Cannot run the parse worker: it must be started as a thread');
port.on('message', (texts: readonly string[]) => port.postMessage(texts.map(parseYaml)));
