import { describe, expect, it } from 'vitest';
import { MAX_PROBLEMS } from '../../src/definitions/problem.ts';
import { findSilences, silence } from '../../src/definitions/silences.ts';
import { briefsOf } from '../helpers/prepare-texts.ts';

const WEBHOOK = 'source: crud\nhandler: webhook\nconfig:\n';
const URL_LINE = '  url: https://example.com/';

describe('silences', () => {
  it.each([
    ['on its line', `${WEBHOOK}${URL_LINE} # hookline-ignore ssl_verify_unsaid: a test receiver\n`],
    ['on the line before', `${WEBHOOK}  # hookline-ignore ssl_verify_unsaid: a test receiver\n${URL_LINE}\n`],
    ['with Windows line ends', `${WEBHOOK}${URL_LINE} # hookline-ignore ssl_verify_unsaid: why\r\n`],
  ])('silence a warning %s', async (_where, text) => {
    expect(await briefsOf(text)).toEqual([]);
  });

  it('silence no other rule, and no other line', async () => {
    const text = `${WEBHOOK}${URL_LINE} # hookline-ignore plain_secret: why\n`;
    expect(await briefsOf(text)).toEqual(['4:8 ssl_verify_unsaid config.url', '4:29 silence_unused']);
    const early = `# hookline-ignore ssl_verify_unsaid: why\n${WEBHOOK}${URL_LINE}\n`;
    expect(await briefsOf(early)).toEqual(['1:1 silence_unused', '5:8 ssl_verify_unsaid config.url']);
  });

  it.each([
    ['no reason', 'ssl_verify_unsaid'],
    ['an empty reason', 'ssl_verify_unsaid:'],
    ['no rule', ''],
    ['a rule there is not', 'ssl_verify: why'],
    ['a rule that is an error', 'unknown_event: why'],
  ])('silence nothing with %s, and say so', async (_what, comment) => {
    const text = `${WEBHOOK}${URL_LINE} # hookline-ignore ${comment}\n`;
    expect(await briefsOf(text)).toEqual(['4:8 ssl_verify_unsaid config.url', '4:29 silence_invalid']);
  });

  it('are repeated no further than people read', () => {
    const silences = findSilences(Buffer.from(`# hookline-ignore ${'a'.repeat(100_000)}: why`));
    expect(silence([], { files: [{ file: 'a.yaml', silences }], startLines: new Map() })).toMatchObject([
      { code: 'silence_invalid', message: `There is no rule "${'a'.repeat(60)}…"` },
    ]);
  });

  it('are said to be wrong as often as anything in a file is', () => {
    const silences = findSilences(Buffer.from('# hookline-ignore a: why\n'.repeat(20_000)));
    const files = ['a.yaml', 'b.yaml'].map((file) => ({ file, silences }));
    expect(silence([], { files, startLines: new Map() })).toHaveLength(2 * MAX_PROBLEMS);
  });

  it('are found in a time that grows with the file: a line of spaces is no trap', async () => {
    const comment = `# hookline-ignore ssl_verify_unsaid: x${' '.repeat(900_000)}y`;
    expect(await briefsOf(`${WEBHOOK}  ${comment}\n${URL_LINE}\n`)).toEqual([]);
  });

  it('are not asked for while a file has errors: one mistake, one message', async () => {
    const text = `${WEBHOOK}${URL_LINE} # hookline-ignore plain_secret: why\n  secrt: x\n`;
    expect(await briefsOf(text)).toEqual(['5:3 unknown_key config.secrt']);
  });
});
