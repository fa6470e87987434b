import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { withRulesTable } from '../../scripts/rules-table.ts';
import { RULES, toRuleUrl } from '../../src/definitions/rules.ts';

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

it('has the rules of the README as they are in the code', () => {
  expect(README).toBe(withRulesTable(README));
});

it('has the place of each rule that problems lead to', () => {
  for (const code of Object.keys(RULES) as (keyof typeof RULES)[])
    expect(README).toContain(`<a id="${new URL(toRuleUrl(code)).hash.slice(1)}"></a>`);
});
