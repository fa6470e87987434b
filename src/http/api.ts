import express, { type Express } from 'express';
import type { Journal } from '../journal/journal.ts';
import type { Logger } from '../logger.ts';
import type { Registry } from '../registry/registry.ts';
import { type AccessParts, createAccessCheck } from './access.ts';
import { readPaths } from './described-paths.ts';
import { answerNotFound, createErrorHandler } from './error-handler.ts';
import { createEventHooksRouter } from './event-hooks.ts';
import { createExplainRouter, type ExplainRouterParts } from './explain.ts';
import { createHistoryRouter } from './history.ts';
import { createJwksRouter, type JwksParts } from './jwks.ts';
import { createMethodCheck } from './methods.ts';
import { createOpenApiRouter, readDescription } from './openapi.ts';
import { readRawBody } from './raw-body.ts';
import { createReadOnlyRouter } from './read-only.ts';
import { createReceiversRouter, type ReceiversParts } from './receivers.ts';
import { createReconcileRouter, type ReconcileParts } from './reconcile.ts';
import { createRedeliveryRouter, type RedeliveryParts } from './redelivery.ts';
import { createSourcesRouter } from './sources.ts';
import { createStatusRouter, type StatusParts } from './status.ts';
import type { Trial } from './trial.ts';

/** What the API works with. */
export interface ApiParts
  extends AccessParts,
    StatusParts,
    RedeliveryParts,
    ReconcileParts,
    ReceiversParts,
    JwksParts,
    ExplainRouterParts {
  readonly registry: Registry;
  readonly journal: Journal;
  readonly trial: Trial;
  readonly logger: Logger;
}

/** Everything but POST /events. */
export function createApi(parts: ApiParts): Express {
  const description = readDescription();
  const api = express().disable('x-powered-by').disable('etag');
  const paths = readPaths(description);
  api.use(createAccessCheck(paths, parts));
  api.use(createMethodCheck(paths));
  api.use(readRawBody);
  api.use(createStatusRouter(parts));
  api.use(createSourcesRouter(parts.registry));
  api.use(createEventHooksRouter(parts.registry, parts.trial));
  api.use(createReadOnlyRouter(parts.registry));
  api.use(createHistoryRouter(parts.journal));
  api.use(createExplainRouter(parts));
  api.use(createRedeliveryRouter(parts));
  api.use(createReconcileRouter(parts));
  api.use(createReceiversRouter(parts));
  api.use(createJwksRouter(parts));
  api.use(createOpenApiRouter(description));
  api.use(answerNotFound);
  api.use(createErrorHandler(parts.logger));
  return api;
}
