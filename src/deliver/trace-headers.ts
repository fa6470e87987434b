import type { EventAttributes } from '../event.ts';
import { readTraceContext } from '../intake/trace-context.ts';
import type { RequestHeaders } from './headers.ts';

/** Has a request go on with the trace of its event, unless its headers say which trace it is part of. */
export function passTraceOn(headers: RequestHeaders, attributes: EventAttributes | null): void {
  const trace = attributes === null ? null : readTraceContext(attributes);
  if (trace === null || headers.get('traceparent') !== undefined) return;
  for (const [name, value] of Object.entries(trace)) headers.set(name, value);
}
