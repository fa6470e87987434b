import { readFileSync, statSync } from 'node:fs';

/** The bytes of a regular file: a pipe in its place would be waited for for ever. Throws. */
export function readRegularFile(path: string): Buffer {
  if (!statSync(path).isFile()) throw new Error('it is no regular file');
  return readFileSync(path);
}
