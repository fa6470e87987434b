import { count } from '../count.ts';
import { type Problem, toProblemLine } from '../definitions/problem.ts';
import { countProblems, type Paint } from './print.ts';
import { toPrintable } from './printable.ts';

/** The answer of GET /status, as far as it is printed. */
export interface StatusView {
  readonly version: string;
  readonly revision: string | null;
  readonly serving: string;
  readonly hooks: number;
  readonly sources: number;
  readonly conditions: readonly {
    readonly type: string;
    readonly status: string;
    readonly reason: string;
    readonly message: string;
  }[];
  readonly definition_sources: readonly SourceView[];
  readonly lastApplied: { readonly at: string } | null;
  readonly problems: readonly Problem[];
  readonly deliveries: Readonly<Record<string, number>>;
  readonly feeds: readonly FeedView[];
  readonly lanes: readonly LaneView[];
}

/** What a source brings in by itself. */
interface FeedView {
  readonly source: string;
  readonly kind: string;
  readonly problem: string | null;
}

/** A source of definitions. */
interface SourceView {
  readonly name: string;
  readonly revision: string | null;
  readonly commit: { readonly author: string; readonly at: string; readonly subject: string } | null;
  readonly age_s: number | null;
  /** Null: it is not being read, or for no longer than others. */
  readonly reading_since: string | null;
  readonly failure: { readonly message: string } | null;
  /** Null: the states of its commits are not posted. */
  readonly commit_status: {
    readonly waiting: number;
    readonly problem: string | null;
    readonly retry_at: string | null;
  } | null;
}

/** A hook whose deliveries do not go as usual. */
interface LaneView {
  readonly hook: string | null;
  readonly hook_id: string;
  readonly state: 'closed' | 'open' | 'parked';
  readonly failures: number;
  readonly flooded: boolean;
  readonly probe_at: string | null;
  readonly parked_at: string | null;
}

/** Whether the newest definitions serve. */
export function isReady({ conditions }: Pick<StatusView, 'conditions'>): boolean {
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}

/** Where a server stands, for a person. */
export function describeStatus(view: StatusView, paint: Paint): string {
  const { version, revision, serving, hooks, sources, lastApplied, problems, deliveries, lanes } = view;
  const { definition_sources: origins, feeds } = view;
  const ready = isReady(view);
  const counts = Object.entries(deliveries).map(([state, number]) => `${number} ${state}`);
  const said = ready ? 'Ready' : serving === 'live' ? 'Behind' : 'Not ready';
  const word = paint(ready ? 'green' : 'red', said.padEnd(12));
  const lines = [
    ...toReasons(view).map(([type, reason]) => `${type.padEnd(11)} ${reason}`),
    `Revision    ${revision ?? 'none'}${lastApplied === null ? '' : `, applied ${lastApplied.at}`}`,
    ...(origins.length > 1 ? origins : origins.filter(({ commit }) => commit !== null)).map(
      (source) => `${'Source'.padEnd(12)}${describeSource(source)}`,
    ),
    ...origins.flatMap(toPosting),
    `Loaded      ${count(hooks, 'hook')}, ${count(sources, 'source')}`,
    `Deliveries  ${counts.join(', ')}`,
    ...feeds
      .filter(({ problem }) => problem !== null)
      .map((feed) => `${'Feed'.padEnd(12)}${describeFeed(feed)}`),
    ...lanes.map((lane) => `${'Lane'.padEnd(12)}${describeLane(lane)}`),
    `Problems    ${problems.length === 0 ? 'none' : countProblems(problems)}`,
    ...problems.map((problem) => `  ${toProblemLine(problem)}`),
  ];
  return [`${word}hookline ${version}, serving ${serving}`, ...lines.map(toPrintable)].join('\n');
}

function describeSource(source: SourceView): string {
  const { name, revision, commit, age_s, reading_since, failure } = source;
  const made = commit === null ? '' : `, "${commit.subject}" by ${commit.author}, ${commit.at}`;
  const read = age_s === null ? 'not read in this run' : `read ${count(age_s, 'second')} ago`;
  const reading = reading_since === null ? '' : `, being read since ${reading_since}`;
  return `${name} at ${revision ?? 'none'}${made}; ${read}${reading}${failure === null ? '' : `: ${failure.message}`}`;
}

/** Only where the states of commits cannot be posted. */
function toPosting({ name, commit_status: posting }: SourceView): readonly string[] {
  if (posting === null || posting.problem === null) return [];
  const { waiting, problem, retry_at } = posting;
  const wait = waiting === 1 ? 'waits' : 'wait';
  return [`Statuses    ${count(waiting, 'commit')} of ${name} ${wait} until ${retry_at}: ${problem}`];
}

function describeFeed({ source, kind, problem }: FeedView): string {
  return `${source} (${kind}) does not bring in all there is: ${problem}`;
}

function describeLane({ hook, hook_id, state, failures, flooded, probe_at, parked_at }: LaneView): string {
  const name = hook ?? hook_id;
  if (state === 'parked') return `${name} is not live: its deliveries wait since ${parked_at}`;
  const failed = `${name} failed ${failures} times in a row`;
  if (state === 'open') return `${failed}: its deliveries wait, next try ${probe_at}`;
  return flooded ? `${name} goes slower: its receiver answers more than 64 KiB` : failed;
}

/** Why the server is not ready, and what else is the case that should not go on for long. */
function toReasons({ conditions }: StatusView): readonly (readonly [string, string])[] {
  const why = conditions.find(({ type, status }) => type === 'Ready' && status !== 'True');
  const others = conditions.filter(
    ({ type, status, message }) =>
      (type === 'SourceVerified' || (type !== 'Ready' && status === 'True')) && message !== why?.message,
  );
  return [
    ...(why === undefined ? [] : ([['Reason', why.message]] as const)),
    ...others.map(({ type, message }) => [type, message] as const),
  ];
}
