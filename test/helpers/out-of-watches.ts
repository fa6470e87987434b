import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/** Loaded before a program: it finds the machine out of watches, as inotify(7) says it. */
fs.watch = () => {
  const error: NodeJS.ErrnoException = new Error(
    'ENOSPC: System limit for number of file watchers reached, watch',
  );
  error.code = 'ENOSPC';
  throw error;
};
syncBuiltinESMExports();
