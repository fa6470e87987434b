import { describe, expect, it } from 'vitest';
import { findFences } from '../../src/definitions/markdown-fences.ts';

const HOOK = 'source: crud\nhandler: log';

describe('findFences()', () => {
  it('finds blocks of definitions with the lines and columns they have in the text', () => {
    const markdown = `# Title\n\n\`\`\`yaml\n${HOOK}\n\`\`\`\n\n- a list\n  ~~~~yml title="x"\n  kind: EventSource\n  name: billing\n  ~~~~\n`;
    expect(findFences(markdown)).toEqual([
      { line: 4, text: `\n\n\n${HOOK}` },
      { line: 10, text: `${'\n'.repeat(9)}  kind: EventSource\n  name: billing` },
    ]);
  });

  it.each([
    ['of another language', `\`\`\`json\n${HOOK}\n\`\`\``],
    ['of no language', `\`\`\`\n${HOOK}\n\`\`\``],
    ['of YAML that is something else', '```yaml\nsources:\n  - dir: hooks.d\n```'],
    ['where only something deeper has a handler', '```yaml\nroutes:\n  handler: x\n```'],
    ['of another kind', '```yaml\nkind: ConfigMap\n```'],
    ['that say so', `\`\`\`yaml hookline-ignore\n${HOOK}\n\`\`\``],
    ['within a longer fence', `\`\`\`\`md\n\`\`\`yaml\n${HOOK}\n\`\`\`\n\`\`\`\``],
  ])('leaves out blocks %s', (_what, markdown) => {
    expect(findFences(markdown)).toEqual([]);
  });

  it.each([
    ['behind a line of spaces', 'source: crud\n  \nhandler: log'],
    ['behind something deeper that has one', 'labels:\n  handler: x\nhandler: log'],
    ['in a block of more lines than a call takes arguments', `handler: log${'\n#'.repeat(200_000)}`],
  ])('finds the handler %s', (_what, block) => {
    expect(findFences(`\`\`\`yaml\n${block}\n\`\`\``)).toEqual([{ line: 2, text: `\n${block}` }]);
  });

  it('takes time in proportion to blank lines', () => {
    const started = performance.now();
    expect(findFences(`\`\`\`yaml\n${'\n'.repeat(200_000)}name: x\n\`\`\``)).toEqual([]);
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it('takes a block that is never closed to the end', () => {
    expect(findFences(`\`\`\`yaml\n${HOOK}`)).toEqual([{ line: 2, text: `\n${HOOK}` }]);
  });
});
