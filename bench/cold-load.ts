import { openDefinitions } from './live-definitions.ts';

/**
 * A process: brings a directory live once, in a process that has done nothing before, and says how long it took. Its
 * arguments are the directory and the file for a journal.
 */
const [dir = '', journalFile = ''] = process.argv.slice(2);

const definitions = await openDefinitions(dir, journalFile);
const startedAtMs = performance.now();
const liveAtMs = await definitions.load();
process.send?.(liveAtMs - startedAtMs);
await definitions.close();
