import { pino } from 'pino';
import { toSafeJson } from './safe-json.ts';

/** How much is logged; each level includes those before it. */
export const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const;
/** How much is logged. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Writes structured lines. Fields first, then the sentence, as pino has it. Callers pass nothing that holds a secret. */
export interface Logger {
  error(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  info(fields: object, message: string): void;
  debug(fields: object, message: string): void;
}

/** Where log lines go, one JSON object a line. */
export interface LogDestination {
  write(line: string): void;
}

/** A logger that writes to `destination` (default: standard output). */
export function createLogger(level: LogLevel, destination?: LogDestination): Logger {
  const hooks = { streamWrite: toSafeJson };
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, hooks };
  return destination === undefined ? pino(options) : pino(options, destination);
}
