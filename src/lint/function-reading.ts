/** A name that a function uses and that neither it nor its sandbox has. */
export interface UnknownName {
  /** Of Lua it may be a field, such as `os.execute`. */
  readonly name: string;
  /** Characters of the function's text before the first use. */
  readonly offset: number;
  /** Whether its first use is to give it a value, which needs a declaration. */
  readonly isSet: boolean;
}

/** What can be told of a function of a lambda by reading it. */
export interface FunctionReading {
  /** In the order of their first use. */
  readonly unknown: readonly UnknownName[];
  /** What it declares: candidates for what a name was meant to be. */
  readonly declared: readonly string[];
  /** Null where it cannot be told which function the text gives. */
  readonly main: MainFunction | null;
}

/** The function that a text gives. */
export interface MainFunction {
  /** Characters of the text before it. */
  readonly offset: number;
  /** Whether it takes the data it is given. */
  readonly takes: boolean;
  /** Whether it may return something. */
  readonly returns: boolean;
  /** Whether it ends with an error whenever it gets to its end. */
  readonly fails: boolean;
  /** Whether it may do something besides: it calls, or throws. */
  readonly acts: boolean;
}

/**
 * Characters of the functions of a hook that are read; of longer ones nothing is said. What it takes to read them may
 * grow with the square of their length: with these, it was a quarter of a second at worst.
 */
export const MAX_READ_LENGTH = 24 * 1024;
