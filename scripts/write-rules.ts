import { readFileSync, writeFileSync } from 'node:fs';
import { withRulesTable } from './rules-table.ts';

const README = new URL('../README.md', import.meta.url);
writeFileSync(README, withRulesTable(readFileSync(README, 'utf8')));
