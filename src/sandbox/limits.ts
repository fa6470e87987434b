/** Processor time one function may take, ms. */
export const FUNCTION_TIMEOUT_MS = 100;
/** Memory one program may hold, bytes. */
export const MEMORY_BYTES = 16 * 1024 * 1024;
/** More than that for what the host does: hands over arguments, reads an error. A program that is full can still say so. */
export const HEADROOM_BYTES = 8 * 1024 * 1024;
/** Stack of a JavaScript function, bytes. */
export const STACK_BYTES = 256 * 1024;
/** Characters of JSON a function may return. */
export const MAX_VALUE_LENGTH = 1024 * 1024;
/** Levels what a function returns may nest, as many as an event may. */
export const MAX_VALUE_DEPTH = 128;
/** Characters of an error that are kept. */
export const MAX_MESSAGE_LENGTH = 4 * 1024;
/** Bytes of output that are kept, with the mark that some was cut. */
export const MAX_OUTPUT_BYTES = 16 * 1024;
/** Programs a thread keeps compiled; the one used longest ago goes first. */
export const MAX_PROGRAMS = 64;
