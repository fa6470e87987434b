import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

describe('npm run demo', () => {
  it('shows all four handlers on real events, with every signature verified, and exits 0', async () => {
    // A command that exits with another code rejects, with what it printed.
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['demo/run.ts']);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^Serving 5 hooks at dir@sha256:/);
    expect(stdout).toMatch(/\nAll as it should be: 4 handlers, every signature verified\.\n$/);

    const hooks = [...stdout.matchAll(/^ {2}([\w-]+) \(([\w-]+)\): (\w+)$/gm)].map((match) => match.slice(1));
    expect(hooks).toEqual([
      ['deploy-on-push', 'webhook', 'succeeded'],
      ['chat-on-issue', 'webhook-custom', 'succeeded'],
      ['log-stars', 'log', 'succeeded'],
      ['owner-of-pull-request', 'lambda', 'succeeded'],
      ['size-of-pull-request', 'lambda', 'succeeded'],
    ]);
    expect(stdout).toContain('stopped for chat-on-issue: filter');

    const signatures = [...stdout.matchAll(/x-kong-signature (\w+), webhook-signature (\w+)/g)];
    expect(signatures.map(([, kong, standard]) => [kong, standard])).toEqual([
      ['verified', 'verified'],
      ['verified', 'verified'],
    ]);
    expect(stdout).toMatch(/^ {4}\/deploy {2}\{"ref":/m);
    expect(stdout).toContain('/chat  {"text":"Codertocat opened #1 in Codertocat/Hello-World: ');
    expect(stdout).toMatch(/^ {4}logged {2}\{.*"event":"star"/m);
    // Lua keeps the keys of a table in no order.
    expect(stdout).toMatch(
      /^ {4}result {2}\{(?=.*"owner":"Codertocat")(?=.*"number":2).*\} \| asked by Codertocat$/m,
    );
  });
});
