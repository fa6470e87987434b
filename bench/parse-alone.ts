import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

/** A process: has the YAML library parse every file of a directory, and does nothing with what comes of it. */
const [dir = ''] = process.argv.slice(2);

for (const file of globSync('**/*.yaml', { cwd: dir }))
  parseAllDocuments(readFileSync(join(dir, file), 'utf8'));
