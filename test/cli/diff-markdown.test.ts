import { describe, expect, it } from 'vitest';
import type { Comparison } from '../../src/cli/diff-comparison.ts';
import { toDiffMarkdown } from '../../src/cli/diff-markdown.ts';
import { toDiffText } from '../../src/cli/diff-text.ts';
import type { Json } from '../../src/event.ts';
import type { FieldChange } from '../../src/reconcile/diff-fields.ts';

const MAX_COMMENT = 65_536;
/** Text that would end a code span, a cell, a fence, a fold or a line, and be more than text after it. */
const HOSTILE = [
  '`',
  '```',
  '~~~',
  '|',
  '\\|',
  '\n\n# title\n',
  '\r\n> q',
  '</code></details><img src=x>',
  '@octocat',
  '#1',
  '[a](http://evil.example)',
  'http://evil.example',
  'www.evil.example',
  '**b**',
  '&amp;',
  '<!--',
  '\u202e',
  '\u009b31m',
];

function toChange(path: string, after: Json): FieldChange {
  return { path, before: 'a', after, secret: false };
}

function toComparison(changes: readonly FieldChange[], more: Partial<Comparison> = {}): Comparison {
  const changed = [{ id: 'id', name: 'hook', changes }];
  return {
    from: 'revision main',
    to: 'directory hooks.d',
    different: true,
    hooks: { added: [], removed: [], renamed: [], changed, unchanged: 2 },
    sources: { added: [], removed: [], changed: [], unchanged: 0 },
    events: null,
    notes: [],
    ...more,
  };
}

/** What is left when everything that stands in code is taken away. */
function outsideOfCode(markdown: string): string {
  return markdown.replaceAll(/<code>[A-Za-z0-9 ,/=&#;·-]*<\/code>/g, 'CODE');
}

describe('toDiffMarkdown()', () => {
  it('has a heading with the counts, and a fold with a table for a hook that changed', () => {
    expect(toDiffMarkdown(toComparison([toChange('config.method', 'POST')]))).toBe(
      [
        '### Hookline: 1 hook changed, 2 unchanged',
        '',
        '<code>revision main</code> → <code>directory hooks&#46;d</code>',
        '',
        '',
        '<details><summary>changed <code>hook</code>: 1 field</summary>',
        '',
        '| field | before | after |',
        '|---|---|---|',
        '| <code>config&#46;method</code> | <code>&#34;a&#34;</code> | <code>&#34;POST&#34;</code> |',
        '',
        '</details>',
        '',
      ].join('\n'),
    );
  });

  it('says that there is no difference', () => {
    const markdown = toDiffMarkdown({ ...toComparison([]), different: false });
    expect(markdown).toContain('### Hookline: no difference\n');
  });

  it.each(HOSTILE)('lets nothing of a definition or an event out of code: %j', (text) => {
    const moved = {
      id: text,
      source: text,
      event: text,
      added: [text],
      removed: [],
      failing: { before: [], after: [] },
      refused: { before: null, after: text },
    };
    const comparison = toComparison([toChange(`config.payload.${text}`, [text])], {
      from: text,
      events: { replayed: 1, unknown: 0, moved: [moved] },
      notes: [`${text} is to be noted`],
    });
    const plain = toComparison([toChange('config.payload.x', ['x'])], {
      from: 'x',
      events: { replayed: 1, unknown: 0, moved: [{ ...moved, id: 'x', source: 'x', event: 'x' }] },
      notes: ['x is to be noted'],
    });
    expect(outsideOfCode(toDiffMarkdown(comparison))).toBe(outsideOfCode(toDiffMarkdown(plain)));
  });

  it('fences the lines of a text with more backticks than it has', () => {
    const fields = [
      { path: 'p', before: 'same\nold', after: 'same\n`````\n</details>\n@octocat', secret: false },
    ];
    expect(toDiffMarkdown(toComparison(fields))).toContain(
      '<code>p</code>\n\n``````diff\n- old\n+ `````\n+ </details>\n+ @octocat\n``````\n\n</details>\n',
    );
  });

  it('fits in a comment, and says how much does not', () => {
    const changed = Array.from({ length: 2000 }, (_, index) => ({
      id: String(index),
      name: `hook-${index}`,
      changes: [toChange('config.payload.x', '|'.repeat(1000))],
    }));
    const comparison = toComparison([]);
    const markdown = toDiffMarkdown({ ...comparison, hooks: { ...comparison.hooks, changed } });
    expect(markdown.length).toBeLessThanOrEqual(MAX_COMMENT);
    const shown = markdown.match(/<details>/g)?.length ?? 0;
    expect(shown).toBeGreaterThan(10);
    expect(markdown.match(/<\/details>/g)).toHaveLength(shown);
    expect(markdown).toContain(`\n**${2000 - shown} items left out: a comment has no room for more`);
  });
});

describe('toDiffText()', () => {
  it('says that no events are recorded, not that all of none go where they went', () => {
    const events = { replayed: 0, unknown: 0, moved: [] };
    const text = toDiffText(toComparison([], { events }), (_style, shown) => shown);
    expect(text).toContain('\nEvents: none are recorded\n');
  });

  it.each(HOSTILE)('gives the terminal no line and no control character of a definition: %j', (text) => {
    const plain = (_style: string, shown: string): string => shown;
    const lines = (one: string): number =>
      toDiffText(toComparison([toChange(`config.${one}`, [one])], { notes: [one] }), plain).split('\n')
        .length;
    expect(lines(text)).toBe(lines('x'));
    const printed = toDiffText(toComparison([toChange(`config.${text}`, text)]), plain);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(printed).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u0080-\u009f\u202a-\u202e]/);
  });
});
