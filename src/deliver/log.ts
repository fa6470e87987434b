import type { Logger } from '../logger.ts';
import type { Handler } from './handler.ts';

/** The handler `log`: one structured line at level info. Always succeeds. */
export function createLogHandler(logger: Pick<Logger, 'info'>): Handler {
  return {
    async run({ definition }, { data, event, source, pid }) {
      logger.info({ event, source, data, hook: definition.name, pid }, 'log callback');
      return { kind: 'success', durationMs: 0 };
    },
  };
}
