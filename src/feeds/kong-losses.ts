/** Tells whether what a gateway says is gone is to be believed. */
export interface Losses {
  /** Whether so many of so many entities of a list are gone, as far as looks so far tell. */
  isBelieved(path: string, gone: number, known: number): boolean;
}

/** Looks in a row that have to see a great loss before it is believed. */
const LOOKS = 3;
/** Losses of more than half count as great from so many entities on; below, only those of all of several. */
const MANY = 10;

/**
 * Keeps a great loss from being believed at once: a gateway that starts with an empty database, or before it has its
 * configuration, would otherwise look like one where everything was deleted.
 */
export function createLosses(): Losses {
  const seen = new Map<string, number>();
  return {
    isBelieved(path, gone, known) {
      if (!isGreat(gone, known)) {
        seen.delete(path);
        return true;
      }
      const looks = (seen.get(path) ?? 0) + 1;
      seen.set(path, looks);
      return looks >= LOOKS;
    },
  };
}

function isGreat(gone: number, known: number): boolean {
  return gone > 1 && (gone === known || (known >= MANY && gone > known / 2));
}
