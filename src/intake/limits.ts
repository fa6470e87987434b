/** Bytes one event may have, as sent. */
export const MAX_EVENT_BYTES = 1024 * 1024;
/** Bytes a JSON array or an NDJSON body may have in all. */
export const MAX_BATCH_BYTES = 16 * 1024 * 1024;
