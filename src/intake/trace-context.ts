/** Where in a trace something happened, as W3C Trace Context has it. Attributes of these names say it of an event. */
export type TraceContext = { readonly traceparent: string; readonly tracestate?: string };

/** Ids of a trace and of what happened in it, which are not all zeros, and flags. */
const IDS = '(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}';
/** Versions to come may have more behind the flags; ff is none. */
const TRACEPARENT = new RegExp(`^(?:00-${IDS}|(?!00|ff)[0-9a-f]{2}-${IDS}(?:-[!-~]{0,200})?)$`);
/** One of a list: a key and a value, or nothing. */
const MEMBER = /^[ \t]*(?:[a-z0-9][a-z0-9_\-*/@]{0,255}=[ -+\--<>-~]{0,255}[!-+\--<>-~])?[ \t]*$/;
/** By the specification. */
const MAX_MEMBERS = 32;
/** Characters; the specification asks for 512 at least. */
const MAX_TRACESTATE_LENGTH = 2_048;

/**
 * Reads a trace context from headers or attributes; null when `traceparent` is not there or none. A `tracestate` that is
 * none is left out: the trace goes on without it.
 */
export function readTraceContext({
  traceparent,
  tracestate,
}: Readonly<Record<string, unknown>>): TraceContext | null {
  if (typeof traceparent !== 'string' || !TRACEPARENT.test(traceparent)) return null;
  return isTracestate(tracestate) ? { traceparent, tracestate } : { traceparent };
}

function isTracestate(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > MAX_TRACESTATE_LENGTH) return false;
  const members = value.split(',');
  return value.includes('=') && members.length <= MAX_MEMBERS && members.every((one) => MEMBER.test(one));
}
