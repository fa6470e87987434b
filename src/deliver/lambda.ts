import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { Handler } from './handler.ts';

/** What lambdas are run with. */
export interface LambdaParts {
  readonly sandbox: Sandbox;
  readonly logger: Pick<Logger, 'info'>;
  readonly clock: Clock;
}

/** The handler `lambda`: runs the hook's functions in a sandbox, each with the data the one before returned. */
export function createLambdaHandler({ sandbox, logger, clock }: LambdaParts): Handler {
  return {
    async run({ definition, program }, { data, event, source, pid }) {
      if (program === null) return { kind: 'success', result: data, durationMs: 0 };
      const startedAt = clock.now();
      const ended = await sandbox.run(program, { hook: definition.id, data, event, source, pid });
      const durationMs = Math.max(0, clock.now() - startedAt);
      const { output } = ended;
      if (output !== '') logger.info({ hook: definition.name, event, source, output }, 'lambda output');
      return ended.kind === 'value'
        ? { kind: 'success', result: ended.value, output, durationMs }
        : { kind: 'retry', reason: 'function', error: ended.message, output, durationMs };
    },
  };
}
