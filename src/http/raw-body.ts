import type { RequestHandler } from 'express';
import { HooklineError } from '../errors.ts';
import { MAX_EVENT_BYTES } from '../intake/limits.ts';
import { releaseBody } from './body-room.ts';
import { isCompressed, readBody } from './read-body.ts';

/** Reads the body of a request to the API, as bytes; none when there is none. What is signed is signed as it is sent. */
export const readRawBody: RequestHandler = async (req, res, next) => {
  const { 'content-length': length, 'transfer-encoding': coding } = req.headers;
  if (length === undefined && coding === undefined) return next();
  try {
    if (isCompressed(req))
      throw new HooklineError(
        'unsupported_media_type',
        'Cannot read a compressed body here: send it as it is',
      );
    req.body = await readBody(req, MAX_EVENT_BYTES);
  } finally {
    releaseBody(req, res);
  }
  next();
};
