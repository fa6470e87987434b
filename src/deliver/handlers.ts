import type { HandlerName } from '../definitions/definition.ts';
import type { Logger } from '../logger.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { FindSource } from './content.ts';
import type { Handler } from './handler.ts';
import { createLambdaHandler } from './lambda.ts';
import { createLogHandler } from './log.ts';
import { createSend, type SenderParts } from './sender.ts';
import { createWebhookHandler } from './webhook.ts';
import { createWebhookCustomHandler } from './webhook-custom.ts';

/** What the four handlers work with. */
export interface HandlersParts extends SenderParts {
  readonly sandbox: Sandbox;
  readonly logger: Pick<Logger, 'info'>;
  readonly findSource: FindSource;
}

/** The four handlers by name. */
export function createHandlers({
  sandbox,
  logger,
  findSource,
  ...sender
}: HandlersParts): Readonly<Record<HandlerName, Handler>> {
  const send = createSend(sender);
  const { secrets, clock } = sender;
  return {
    webhook: createWebhookHandler({ send, secrets, findSource }),
    'webhook-custom': createWebhookCustomHandler({ send, secrets }),
    log: createLogHandler(logger),
    lambda: createLambdaHandler({ sandbox, logger, clock }),
  };
}
