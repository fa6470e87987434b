import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import hookSchema from '../../schemas/definition.schema.json' with { type: 'json' };
import { isBelow } from '../definitions/directory-listing.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The line that tells an editor which schema a definition in a directory has. */
export function toSchemaLine(directory: string): string {
  return `# yaml-language-server: $schema=${toSchemaPlace(directory)}\n`;
}

/** Where an editor finds the schema: beside the definitions if Hookline is below the working directory, as they are, else by its name. */
function toSchemaPlace(directory: string): string {
  if (!isBelow('.', ROOT) || !isBelow('.', directory)) return hookSchema.$id;
  return relative(directory, join(ROOT, 'schemas/definition.schema.json')).replaceAll(sep, '/');
}
