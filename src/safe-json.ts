/**
 * What JSON leaves as it is and a terminal, or who reads a log line by line, acts on: DEL and the control characters
 * after it, line and paragraph separators, and those that turn the direction of writing.
 */
const ACTIVE = /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** The same JSON with every such character as an escape; they stand in texts and keys only. */
export function toSafeJson(json: string): string {
  return json.replace(ACTIVE, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
