import { toCloudEventOrigin } from '../catalogue/cloud-event-origin.ts';
import type { WebhookFormat } from '../definitions/definition.ts';
import type { EventSource } from '../definitions/event-source.ts';
import type { EventAttributes, JsonObject } from '../event.ts';
import { encodeHeaderValue } from '../intake/header-value.ts';
import type { HandlerCall } from './handler.ts';

/** What `webhook` posts of an event. */
export interface Content {
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Goes out as JSON. */
  readonly body: JsonObject;
}

/** What content is made of. */
export type ContentEvent = Pick<HandlerCall, 'id' | 'source' | 'event' | 'time' | 'data' | 'attributes'>;

/** The declared source of a name; null when there is none. */
export type FindSource = (name: string) => EventSource | null;

const JSON_TYPE = 'application/json';
/** What a CloudEvent is called whose event is not known: that of /test of a hook for every event. */
const TEST = 'test';

/** Makes what is posted of an event in a format. */
export function toContent(format: WebhookFormat, sent: ContentEvent, findSource: FindSource): Content {
  const { data, event, source } = sent;
  switch (format) {
    case 'kong':
      return { contentType: JSON_TYPE, headers: {}, body: { ...data, event, source } };
    case 'cloudevents': {
      const body = { ...toAttributes(sent, findSource), data };
      return { contentType: 'application/cloudevents+json', headers: {}, body };
    }
    case 'cloudevents-binary': {
      const { datacontenttype = JSON_TYPE, ...attributes } = toAttributes(sent, findSource);
      return { contentType: String(datacontenttype), headers: toHeaders(attributes), body: data };
    }
  }
}

/** What came with an event is sent on as it came; what did not is as for an event of Hookline's own making. */
function toAttributes(
  { id, source, event, time, attributes }: ContentEvent,
  findSource: FindSource,
): EventAttributes {
  return {
    specversion: '1.0',
    id,
    ...toCloudEventOrigin({ source, event: event ?? TEST }, findSource(source)),
    time,
    datacontenttype: JSON_TYPE,
    ...attributes,
  };
}

function toHeaders(attributes: EventAttributes): Record<string, string> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [`ce-${name}`, encodeHeaderValue(String(value))]),
  );
}
