import { RULES } from '../src/definitions/rules.ts';

const START = '<!-- rules: written by npm run rules -->\n';
const END = '<!-- /rules -->';

/** Puts the table of rules into the README, between its marks. Throws when they are not there. */
export function withRulesTable(readme: string): string {
  const start = readme.indexOf(START);
  const end = readme.indexOf(END);
  if (start === -1 || end < start) throw new Error('Cannot find the marks of the rules in the README');
  return readme.slice(0, start + START.length) + toTable() + readme.slice(end);
}

function toTable(): string {
  const rows = Object.entries(RULES).map(
    ([code, { severity, summary, remedy }]) =>
      `| <a id="${code}"></a>\`${code}\` | ${severity} | ${summary} | ${remedy} |\n`,
  );
  return ['\n| rule | | what breaks it | what to do |\n|---|---|---|---|\n', ...rows, '\n'].join('');
}
