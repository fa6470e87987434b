import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { init, parse } from 'es-module-lexer';

/**
 * Checks that imports go one way: a folder imports the root files and the folders before it in FLOW, what it needs from
 * one after it comes in as a function, and no files import each other in a circle. Imports of
 * types may name anything: they are gone when the program runs.
 */
const FLOW = [
  'secrets',
  'template',
  'sandbox',
  'presets',
  'definitions',
  'catalogue',
  'lint',
  'reconcile',
  'registry',
  'intake',
  'match',
  'gate',
  'journal',
  'feeds',
  'deliver',
  'record',
  'explain',
  'commit-status',
  'http',
  'import',
  'hook-test',
  'cli',
];
/** Root files that join folders together; all others of the root stand before the first folder. */
const JOINING = [
  'delivering.ts',
  'hook-testing.ts',
  'main.ts',
  'app.ts',
  'pipeline.ts',
  'feeding.ts',
  'own-events.ts',
  'out-of-service.ts',
  'reconciling.ts',
  'example-event.ts',
];
/** Only these may name a concrete journal or sandbox. */
const CONCRETE = /^(journal\/sqlite|sandbox\/pool)/;
const MAY_NAME_CONCRETE = /^(app\.ts|hook-testing\.ts|cli\/preparing\.ts|journal\/|sandbox\/)/;

await init;
const files = globSync('**/*.ts', { cwd: 'src' });
const imports = new Map(files.map((file) => [file, importsOf(file)]));
const mistakes = [...imports].flatMap(([from, targets]) => targets.flatMap((to) => check(from, to)));
const cycle = findCycle();
if (cycle !== null) mistakes.push(`import cycle: ${cycle.join(' → ')}`);
for (const mistake of mistakes) console.error(mistake);
console.log(
  `${files.length} files, ${[...imports.values()].flat().length} imports, ${mistakes.length} mistakes`,
);
process.exitCode = mistakes.length === 0 ? 0 : 1;

function importsOf(file: string): readonly string[] {
  const [imports] = parse(readFileSync(join('src', file), 'utf8'));
  return imports.flatMap((found) => {
    const { specifier } = found;
    const isType = 'typeOnly' in found && found.typeOnly === true;
    return !isType && specifier?.startsWith('.') && specifier.endsWith('.ts')
      ? [join(dirname(file), specifier)]
      : [];
  });
}

function check(from: string, to: string): readonly string[] {
  const mistake = `src/${from} must not import src/${to}`;
  if (CONCRETE.test(to) && !MAY_NAME_CONCRETE.test(from))
    return [`${mistake}: only app.ts names a journal or a sandbox`];
  if (JOINING.includes(from) || from.startsWith('cli/')) return [];
  if (JOINING.includes(to)) return [`${mistake}: it joins folders together`];
  return layerOf(from) < layerOf(to) ? [`${mistake}: it comes later in the flow`] : [];
}

/** Place in the flow; root files come before every folder. */
function layerOf(file: string): number {
  const [folder = '', below] = file.split('/');
  if (below === undefined) return -1;
  const layer = FLOW.indexOf(folder);
  if (layer === -1) throw new Error(`Cannot place src/${file}: folder "${folder}" is not in the flow`);
  return layer;
}

function findCycle(): readonly string[] | null {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): readonly string[] | null => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return null;
    for (const target of imports.get(file) ?? []) {
      const found = visit(target, [...path, file]);
      if (found !== null) return found;
    }
    done.add(file);
    return null;
  };
  for (const file of files) {
    const found = visit(file, []);
    if (found !== null) return found;
  }
  return null;
}
