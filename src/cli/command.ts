import type { Writable } from 'node:stream';
import { toSafeJson } from '../safe-json.ts';

/** What a command is run with: the streams of the process, its environment, and how to be told to stop. */
export interface CommandContext {
  readonly stdin: NodeJS.ReadStream;
  /** Answers go here: what a script would read. */
  readonly stdout: NodeJS.WriteStream;
  /** Words for a person go here. */
  readonly stderr: NodeJS.WriteStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Resolves on the first SIGTERM or SIGINT. */
  readonly stopped: Promise<void>;
  /** Calls back at every SIGHUP from now on; before, one ends the process. */
  readonly onHangup: (callback: () => void) => void;
}

/** How a command ended: 0 fine, 1 the thing asked about is wrong. Misuse is thrown as `usage` and becomes 2. */
export type ExitCode = 0 | 1;

/** Writes a value as JSON: on one line with `indent` 0. */
export function writeJson(stream: Writable, value: unknown, indent = 2): void {
  writeLine(stream, toSafeJson(JSON.stringify(value, null, indent)));
}

/** Writes a line. */
export function writeLine(stream: Writable, line = ''): void {
  stream.write(`${line}\n`);
}
