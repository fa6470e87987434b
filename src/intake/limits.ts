/** Bytes one event may have, as sent. */
export const MAX_EVENT_BYTES = 1024 * 1024;
/** Bytes a JSON array or an NDJSON body may have in all. */
export const MAX_BATCH_BYTES = 16 * 1024 * 1024;
/** Events a JSON array may have: they are held, checked and kept all at once. */
export const MAX_BATCH_EVENTS = 50_000;
