import { readFileSync } from 'node:fs';
import { Router } from 'express';
import { parse } from 'yaml';
import { VERSION } from '../version.ts';

/** The API's own description (OpenAPI 3.1), as far as the program itself reads it. */
export interface Description {
  readonly info: { readonly version: string };
  /** By path, then by method in small letters; `parameters` stands beside the methods. */
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Reads the description, which is kept as YAML beside the other schemas. */
export function readDescription(): Description {
  const file = new URL('../../schemas/openapi.yaml', import.meta.url);
  const description = parse(readFileSync(file, 'utf8')) as Description;
  return { ...description, info: { ...description.info, version: VERSION } };
}

/** GET /openapi.json. */
export function createOpenApiRouter(description: Description): Router {
  const router = Router();
  router.get('/openapi.json', (_req, res) => {
    res.json(description);
  });
  return router;
}
