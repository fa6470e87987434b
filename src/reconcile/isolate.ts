import type { LoadedFile } from '../definitions/definition.ts';
import { findFaults, toDeclarers } from './faults.ts';
import type { HeldFile } from './held.ts';
import { createMixedSet } from './mixed-set.ts';
import type { Prepared } from './prepare.ts';

/** A set in which every file that has an error is what it was when it was good, or is left out. */
export interface Isolated {
  readonly prepared: Prepared;
  /** What `prepared` was made of. */
  readonly files: readonly LoadedFile[];
  /** What of `files` is not as it was read. */
  readonly held: readonly HeldFile[];
}

/** What files are isolated with. */
export interface IsolateParts {
  readonly prepare: (files: readonly LoadedFile[]) => Promise<Prepared>;
  /** The set as it was read, and what came of it. */
  readonly files: readonly LoadedFile[];
  readonly prepared: Prepared;
  /** The files that are live. */
  readonly live: readonly LoadedFile[];
}

/**
 * The policy `isolate`: holds back the files that are at fault, so that the others can advance. No hook goes away for what is
 * wrong with another file: a file that did not change stays, and where that has an error, one that changed or went is
 * brought back. Each step takes files closer to what is live, which is good as a whole; so it ends, at the latest there.
 */
export async function isolate({ prepare, files, prepared, live }: IsolateParts): Promise<Isolated> {
  const mixed = createMixedSet(files, live);
  const declarers = toDeclarers(live);
  let result = prepared;
  while (!result.good) {
    const faults = findFaults(result, { mixed, declarers });
    if (faults.length === 0) break;
    mixed.holdBack(faults);
    result = await prepare(mixed.files());
  }
  return { prepared: result, files: mixed.files(), held: mixed.held() };
}
