import type { EventSource } from '../definitions/event-source.ts';

/** Which CloudEvents are which event, as one pattern of a declared source has it. */
export interface CloudEventRule {
  /** Pattern of the CloudEvent's source; null: its last path segment is the name of the source. */
  readonly from: string | null;
  /** Pattern of the CloudEvent's type. */
  readonly type: string;
  readonly source: string;
  /** Null: what the one `*` of `type` stands for. */
  readonly event: string | null;
  /** Keys of the place it is declared at. */
  readonly path: readonly string[];
}

/** The rules of a source: one for each event that says its type, and the source's own. */
export function toRules({ name, cloudevents, events }: EventSource): readonly CloudEventRule[] {
  const from = cloudevents?.source ?? null;
  const rules = Object.entries(events).flatMap(([event, { cloudevents: own }]): readonly CloudEventRule[] =>
    own === undefined
      ? []
      : [{ from, type: own.type, source: name, event, path: ['events', event, 'cloudevents', 'type'] }],
  );
  if (cloudevents === null || cloudevents.type === null) return rules;
  return [{ from, type: cloudevents.type, source: name, event: null, path: ['cloudevents'] }, ...rules];
}

/** What two rules must not have in common: no CloudEvent could tell which of them is meant. */
export function toRuleKey({ from, type, source }: CloudEventRule): string {
  return JSON.stringify(from === null ? [null, source, type] : [from, type]);
}
