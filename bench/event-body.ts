/** The source all events of the benchmarks are of. */
export const SOURCE = 'bench';
/** What an event has, as JSON. */
export const EVENT_BYTES = 500;

/** An event as it is sent: JSON of EVENT_BYTES, filled up with a text in its data. */
export function toEventBody(event: string, data: object = {}): string {
  const bare = JSON.stringify({ source: SOURCE, event, data: { ...data, text: '' } });
  const text = 'x'.repeat(EVENT_BYTES - bare.length);
  return JSON.stringify({ source: SOURCE, event, data: { ...data, text } });
}
