import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { createReportPrinter } from '../../src/cli/report-printer.ts';
import { createReconcilerBench, type ReconcilerBench } from '../helpers/reconciler-bench.ts';

const LOG = 'source: crud\nhandler: log\n';
const BAD = 'source: crub\nhandler: log\n';

/** What is printed of each attempt, without the problems. */
async function linesOf(
  { reports }: ReconcilerBench,
  env: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> {
  const stream = new PassThrough();
  const printer = createReportPrinter({ stderr: stream as unknown as NodeJS.WriteStream, env });
  printer.release();
  for (const report of reports) printer.print(report, () => null);
  stream.end();
  return (await text(stream))
    .split('\n')
    .filter((line) => /^(?:Live|Refused|Held|Failed|Not set)/.test(line));
}

describe('the line of a report', () => {
  it('says that the last good snapshot keeps serving when what was kept of the last run does', async () => {
    const bench = createReconcilerBench();
    bench.restore('one', { 'a.yaml': LOG });
    bench.put('two', { 'a.yaml': BAD });
    await bench.reconciler.start();
    expect(await linesOf(bench)).toEqual([
      'Refused: two, 1 error, 0 warnings; the last good snapshot keeps serving',
      'Live: one with 1 hook, kept from the last run',
    ]);
  });

  it('says that nothing serves when the first set is refused', async () => {
    const bench = createReconcilerBench();
    bench.put('one', { 'a.yaml': BAD });
    await bench.reconciler.start();
    expect(await linesOf(bench)).toEqual([
      'Refused: one, 1 error, 0 warnings; no hooks are served until this is mended',
    ]);
  });

  it('counts files at the last good version and those left out', async () => {
    const bench = createReconcilerBench({ policy: 'isolate' });
    bench.put('one', { 'a.yaml': LOG });
    await bench.reconciler.start();
    bench.put('two', { 'a.yaml': BAD, 'b.yaml': BAD });
    await bench.reconciler.reconcile();
    const [, line] = await linesOf(bench);
    expect(line).toMatch(/\(0 created, 0 updated, 0 deleted\); 1 file at the last good version, 1 left out$/);
  });

  it('names the variables that hooks which came live refer to and the server does not have, once', async () => {
    const bench = createReconcilerBench();
    const refer = (name: string): string =>
      `source: crud\nhandler: webhook\nconfig: { url: "{vault://env/${name}}", secret: "{vault://file/a}", ssl_verify: true }\n`;
    bench.put('one', { 'a.yaml': refer('chat-url'), 'b.yaml': refer('chat-url'), 'c.yaml': refer('set') });
    await bench.reconciler.start();
    bench.put('two', {
      'a.yaml': refer('chat-url'),
      'b.yaml': refer('chat-url'),
      'd.yaml': refer('mail/url'),
    });
    await bench.reconciler.reconcile();
    const lines = await linesOf(bench, { SET: '' });
    expect(lines.filter((line) => line.startsWith('Not set'))).toEqual([
      'Not set: CHAT_URL, for "a" and 1 other. What it is for waits until the server is started with it',
      'Not set: MAIL, for "d". What it is for waits until the server is started with it',
    ]);
  });

  it('names those of sources too, when they come live and when they change', async () => {
    const bench = createReconcilerBench();
    const inlet = (name: string): string =>
      `kind: EventSource\nname: shop\nevents: { paid: {} }\ninlet: { verify: hmac, secret: "{vault://env/${name}}" }\n`;
    bench.put('one', { 'a.yaml': inlet('shop-secret') });
    await bench.reconciler.start();
    bench.put('two', { 'a.yaml': inlet('shop-secret'), 'b.yaml': LOG });
    await bench.reconciler.reconcile();
    bench.put('three', { 'a.yaml': inlet('other-secret'), 'b.yaml': LOG });
    await bench.reconciler.reconcile();
    expect((await linesOf(bench)).filter((line) => line.startsWith('Not set'))).toEqual([
      'Not set: SHOP_SECRET, for source "shop". What needs it fails until the server is started with it',
      'Not set: OTHER_SECRET, for source "shop". What needs it fails until the server is started with it',
    ]);
  });

  it('names them anew when the server starts anew, though its hooks are as they were', async () => {
    const bench = createReconcilerBench();
    const text =
      'source: crud\nhandler: webhook\nconfig: { url: "{vault://env/chat-url}", ssl_verify: true }\n';
    bench.restore('one', { 'a.yaml': text });
    bench.put('two', { 'a.yaml': text, 'b.yaml': LOG });
    await bench.reconciler.start();
    expect((await linesOf(bench)).filter((line) => line.startsWith('Not set'))).toEqual([
      'Not set: CHAT_URL, for "a". What it is for waits until the server is started with it',
    ]);
  });
});
