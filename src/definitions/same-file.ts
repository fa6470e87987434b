import type { Origin } from './definition.ts';

/** Whether two definitions come from one file of one source; never of an origin that is not known. */
export function isSameFile({ owner, file }: Origin, other: Origin | undefined): boolean {
  return other !== undefined && owner === other.owner && file === other.file;
}
