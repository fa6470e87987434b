/** Time one function may take, ms. */
export const FUNCTION_TIMEOUT_MS = 100;
/** Memory one program may hold, bytes. */
export const MEMORY_BYTES = 16 * 1024 * 1024;
/** Stack of a JavaScript function, bytes. */
export const STACK_BYTES = 256 * 1024;
/** Characters of JSON a function may return. */
export const MAX_VALUE_LENGTH = 1024 * 1024;
/** Characters of output that are kept. */
export const MAX_OUTPUT_LENGTH = 16 * 1024;
/** Programs a thread keeps compiled; the one used longest ago goes first. */
export const MAX_PROGRAMS = 64;
