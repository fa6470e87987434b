import type { JsonObject } from '../event.ts';

/** Seconds, or a text such as 1m30s (duration.ts). */
export type Duration = number | string;

/** What references resolve to; null: to nothing. */
export interface GivenSecrets {
  /** By the name of the variable. */
  readonly env: Readonly<Record<string, string | null>>;
  /** By the path below secrets.file_root. */
  readonly files: Readonly<Record<string, string | null>>;
}

/** An event that comes in. */
export interface TestEvent {
  readonly at: Duration;
  readonly source: string;
  readonly event: string;
  readonly data: JsonObject | null;
  /** A file with the data, from the directory of the test file. */
  readonly data_file: string | null;
  readonly id: string | null;
  readonly time: string | null;
}

/** Why there is no answer. */
export type NoAnswer = 'timeout' | 'refused' | 'reset' | 'dns' | 'tls';

/** An answer, written out. */
export interface AnswerFields {
  readonly status?: number;
  readonly fail?: NoAnswer;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | JsonObject;
  readonly after?: Duration;
}

/** An answer as a test may write it. */
export type TestAnswer = number | NoAnswer | AnswerFields;

/** Kinds of things that happen, each a list in `expect` of its own. */
export const HAPPENING_KINDS = ['requests', 'stopped', 'deliveries', 'logs', 'results', 'refused'] as const;
/** A kind of things that happen. */
export type HappeningKind = (typeof HAPPENING_KINDS)[number];

/** One entry of `expect`: what is written of it has to be so. */
export type Expectation = JsonObject & { readonly hook?: string };

/** What has to happen; a kind that is not written is not there. */
export type Expected = Readonly<Partial<Record<HappeningKind, readonly Expectation[]>>>;

/** One test, defaults filled in. */
export interface TestCase {
  readonly name: string;
  readonly description: string | null;
  /** Null: all that are defined. */
  readonly hooks: readonly string[] | null;
  readonly secrets: GivenSecrets;
  readonly events: readonly TestEvent[];
  readonly answers: Readonly<Record<string, TestAnswer | readonly TestAnswer[]>>;
  /** Absent: when every delivery has ended. */
  readonly until?: Duration;
  readonly exactly: boolean;
  readonly snapshot: boolean;
  readonly expect: Expected;
}

/** A document of kind HookTest, defaults filled in. */
export interface HookTest {
  readonly kind: 'HookTest';
  readonly description: string | null;
  /** Paths, and definitions. Absent: those of the tree. */
  readonly definitions?: readonly (string | JsonObject)[];
  readonly secrets: GivenSecrets;
  /** RFC 3339. */
  readonly start: string;
  readonly tests: readonly TestCase[];
}
