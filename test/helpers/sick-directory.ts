import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { dirname, join } from 'node:path';
import { isMainThread } from 'node:worker_threads';

const { lstatSync, existsSync, openSync, closeSync, writeFileSync } = fs;

/**
 * Loaded before a program, on every thread. A pipe named `.hung` in a directory holds whoever looks at a file beside it, in
 * a system call, until it is written to (test/helpers/hang.ts). A file named `.deadly` ends the thread that does.
 */
const sickLstatSync = new Proxy(lstatSync, {
  apply(target, _, [path, options]: Parameters<typeof lstatSync>) {
    const dir = dirname(String(path));
    const pipe = join(dir, '.hung');
    if (existsSync(pipe)) {
      writeFileSync(join(dir, '.held'), '');
      closeSync(openSync(pipe, 'r'));
    }
    if (!isMainThread && existsSync(join(dir, '.deadly'))) process.exit(1);
    return target(path, options);
  },
});
Object.assign(fs, { lstatSync: sickLstatSync });
syncBuiltinESMExports();
