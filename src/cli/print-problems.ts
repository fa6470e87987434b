import type { Writable } from 'node:stream';
import { createProblemFormat } from '../definitions/code-frame.ts';
import type { TextOf } from '../definitions/load-file.ts';
import type { Problem } from '../definitions/problem.ts';
import { writeLine } from './command.ts';
import type { Paint } from './print.ts';

/** How problems are printed. */
export interface PrintOptions {
  /** The text of a file, for the frame around a problem; null when it cannot be shown. */
  readonly textOf: TextOf;
  readonly paint: Paint;
}

/** A stream, and how wide it is when it is a terminal. */
export type Screen = Writable & { readonly columns?: number };

/** Prints each problem with its place, a code frame and what to do. */
export function printProblems(
  stream: Screen,
  problems: readonly Problem[],
  { textOf, paint }: PrintOptions,
): void {
  const format = createProblemFormat(textOf, stream.columns);
  for (const problem of problems) {
    const [first = '', ...rest] = format(problem).split('\n');
    const head = paint(problem.severity === 'error' ? 'red' : 'yellow', first);
    writeLine(stream, [head, ...rest].join('\n'));
    writeLine(stream);
  }
}
