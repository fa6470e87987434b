import { readFileSync } from 'node:fs';
import { Router } from 'express';
import { parse } from 'yaml';

/** GET /openapi.json: the API's own description, kept as YAML beside the other schemas. */
export function createOpenApiRouter(): Router {
  const description = parse(
    readFileSync(new URL('../../schemas/openapi.yaml', import.meta.url), 'utf8'),
  ) as unknown;
  const router = Router();
  router.get('/openapi.json', (_req, res) => {
    res.json(description);
  });
  return router;
}
