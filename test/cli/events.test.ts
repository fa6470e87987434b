import { describe, expect, it } from 'vitest';
import { runCommand } from '../helpers/process.ts';
import { createTempDir } from '../helpers/temp-dir.ts';

const BILLING = `kind: EventSource
name: billing
events:
  paid:
    description: An invoice was paid
    unique: [invoice]
    schema: { type: object, required: [invoice], properties: { invoice: { type: string } } }
`;

describe.concurrent('hookline events', () => {
  it('lists sources, those that are declared among them', async () => {
    using dir = createTempDir();
    dir.write('hooks.d/billing.yaml', BILLING);
    const { code, stdout } = await runCommand(['events'], { cwd: dir.path });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^crud +\d+ events +built in$/m);
    expect(stdout).toMatch(/^billing +1 event +declared$/m);
    const elsewhere = await runCommand(['events', '--json', '--dir', 'hooks.d'], { cwd: dir.path });
    expect(JSON.parse(elsewhere.stdout)).toMatchObject({ billing: 1, 'dao:crud': 3 });
  });

  it('lists the events of a source with what is said of them', async () => {
    using dir = createTempDir();
    dir.write('hooks.d/billing.yaml', BILLING);
    const { stdout } = await runCommand(['events', 'billing'], { cwd: dir.path });
    expect(stdout).toBe('paid  An invoice was paid\n');
  });

  it('shows one event with a sample that can be emitted as it is', async () => {
    using dir = createTempDir();
    dir.write('hooks.d/billing.yaml', BILLING);
    const { stdout } = await runCommand(['events', 'billing', 'paid'], { cwd: dir.path });
    expect(stdout.split('\n')).toEqual([
      'billing paid',
      'An invoice was paid',
      'unique  invoice',
      'schema  {"type":"object","required":["invoice"],"properties":{"invoice":{"type":"string"}}}',
      '',
      '{',
      '  "source": "billing",',
      '  "event": "paid",',
      '  "data": {',
      '    "invoice": "example"',
      '  }',
      '}',
      '',
    ]);
    const { stdout: json } = await runCommand(['events', 'billing', 'paid', '--json'], { cwd: dir.path });
    expect(JSON.parse(json).sample).toEqual({
      source: 'billing',
      event: 'paid',
      data: { invoice: 'example' },
    });
  });

  it.each([
    [['crd'], 'hookline: source \'crd\' is not registered. Did you mean "crud"?\n'],
    [['crud', 'consumrs'], "hookline: source 'crud' has no 'consumrs' event. Did you mean \"consumers\"?\n"],
  ])('says what was meant by %j', async (args, message) => {
    expect(await runCommand(['events', ...args])).toEqual({ code: 1, stdout: '', stderr: message });
  });
});
