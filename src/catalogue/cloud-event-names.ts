import type { CloudEventRule } from './cloud-event-rules.ts';
import { captureOf, type Glob } from './glob.ts';
import { createGlobMap, type GlobMap } from './glob-map.ts';

/** What tells CloudEvents apart: their attributes `source` and `type`. */
export interface CloudEventOrigin {
  readonly source: string;
  readonly type: string;
}

/** The source and event a CloudEvent is of, which may not be in the catalogue, or why it is of none. */
export type CloudEventName =
  | {
      readonly kind: 'named';
      readonly source: string;
      readonly event: string;
      /** Whether CloudEvents of other sources are named so too: an id says which one is meant only with its source. */
      readonly isShared: boolean;
    }
  | { readonly kind: 'unnamed'; readonly message: string; readonly hint: string | null };

/** Names CloudEvents. */
export type CloudEventNames = (origin: CloudEventOrigin) => CloudEventName;

type Rules = readonly CloudEventRule[];
type TypeMap = GlobMap<CloudEventRule>;

/** Characters of a CloudEvent's source and type that are repeated. */
const MAX_SHOWN = 100;
/** A URI reference (RFC 3986, appendix B) up to its path. */
const PATH = /^(?:[^:/?#]+:)?(?:\/\/[^/?#]*)?([^?#]*)/;

/**
 * Names CloudEvents by rules that are all different. The source decides first: the pattern that says most of it and has
 * one for the type as well. One that fits none is named after the last segment of its source's path and its type; a
 * source that says which CloudEvents it takes is no other's by that.
 */
export function createCloudEventNames(
  rules: Rules,
  patterns: ReadonlyMap<string, string> = new Map(),
): CloudEventNames {
  const byFrom = toTypeMaps(
    rules.filter(({ from }) => from !== null),
    ({ from }) => String(from),
  );
  const bySource = new Map(
    toTypeMaps(
      rules.filter(({ from }) => from === null),
      ({ source }) => source,
    ),
  );
  const froms = createGlobMap(byFrom);

  function nameByDefault(origin: CloudEventOrigin): CloudEventName {
    const source = lastSegmentOf(origin.source);
    const pattern = patterns.get(source);
    if (source === '' || pattern !== undefined) return toUnnamed(origin, source, pattern);
    return (
      bySource.get(source)?.find(origin.type, (rule, glob) => toNamed(rule, glob, origin)) ?? {
        kind: 'named',
        source,
        event: origin.type,
        isShared: false,
      }
    );
  }

  return (origin) =>
    froms.find(origin.source, (types, { isOpen }) =>
      types.find(origin.type, (rule, glob) => ({ ...toNamed(rule, glob, origin), isShared: isOpen })),
    ) ?? nameByDefault(origin);
}

function toTypeMaps(
  rules: Rules,
  keyOf: (rule: CloudEventRule) => string,
): readonly (readonly [string, TypeMap])[] {
  return [...Map.groupBy(rules, keyOf)].map(([key, group]) => [
    key,
    createGlobMap(group.map((rule) => [rule.type, rule] as const)),
  ]);
}

function toNamed(
  { source, event }: CloudEventRule,
  glob: Glob,
  { type }: CloudEventOrigin,
): CloudEventName & { readonly kind: 'named' } {
  return { kind: 'named', source, event: event ?? captureOf(glob, type), isShared: false };
}

function lastSegmentOf(source: string): string {
  const path = PATH.exec(source)?.[1] ?? '';
  return path.split('/').findLast((segment) => segment !== '') ?? '';
}

function toUnnamed(
  { source, type }: CloudEventOrigin,
  name: string,
  pattern: string | undefined,
): CloudEventName {
  const [from, what] = [source, type].map((text) => text.slice(0, MAX_SHOWN));
  return {
    kind: 'unnamed',
    message: `No source takes CloudEvents of source "${from}" and type "${what}"`,
    hint:
      pattern === undefined
        ? `Declare an EventSource with cloudevents: { source: "${from}" }`
        : `Source "${name}" takes those of source "${pattern}"`,
  };
}
