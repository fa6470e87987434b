import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApp } from '../src/app.ts';
import { systemClock } from '../src/clock.ts';
import { HANDLERS } from '../src/definitions/definition.ts';
import { createLogger } from '../src/logger.ts';
import { loadSettings } from '../src/settings.ts';
import { type Received, startReceiver } from './receiver.ts';

/**
 * Shows Hookline at work: a receiver, a server with the hooks of demo/hooks, and real events of GitHub, one for each
 * of the four handlers. Exits 1 when anything is not as it should be.
 */
const SECRET = 'only-for-this-demo';
/** Events to send, and which of the examples of each. */
const EVENTS = [
  { name: 'push' },
  { name: 'issues', action: 'opened' },
  { name: 'issues', action: 'edited' },
  { name: 'star', action: 'created' },
  { name: 'pull_request', action: 'opened' },
];

/** Payloads GitHub sent, by kind. The package's types describe another shape than its file has. */
const examples = createRequire(import.meta.url)('@octokit/webhooks-examples') as readonly {
  readonly name: string;
  readonly examples: readonly { readonly action?: string }[];
}[];

/** An answer of POST /events. */
interface Accepted {
  readonly id: string;
  readonly hooks: readonly { readonly hook: string; readonly delivery: string }[];
  readonly stopped: readonly { readonly hook: string; readonly reason: string }[];
}
/** An answer of GET /deliveries/{id}. */
interface Delivery {
  readonly state: string;
  readonly last_error: string | null;
  readonly attempts: readonly { readonly response: string | null; readonly duration_ms: number }[];
}

const stateDir = await mkdtemp(join(tmpdir(), 'hookline-demo-'));
const lines: string[] = [];
await using receiver = await startReceiver(SECRET);
const app = await startApp({
  settings: loadSettings({
    flags: { sources: [{ dir: 'demo/hooks' }], listen: '127.0.0.1:0', state: stateDir },
    env: {},
    file: '/dev/null',
  }),
  env: {
    DEMO_DEPLOY_URL: `${receiver.url}/deploy`,
    DEMO_CHAT_URL: `${receiver.url}/chat`,
    DEMO_SECRET: SECRET,
  },
  logger: createLogger('info', { write: (line) => lines.push(line.trim()) }),
  clock: systemClock,
  onReport: (report) =>
    console.log(
      report.kind === 'applied'
        ? `Serving ${report.snapshot.hooks.length} hooks at ${report.snapshot.revision.slice(0, 23)}…\n`
        : JSON.stringify(report),
    ),
});

const shown = new Set<string>();
let wrong = 0;
for (const event of EVENTS) await show(event);
for (const handler of HANDLERS) if (!shown.has(handler)) report(`handler ${handler} was not shown`);
await app.stop();
await rm(stateDir, { recursive: true });
console.log(
  wrong === 0
    ? `All as it should be: ${shown.size} handlers, every signature verified.`
    : `${wrong} things were not as they should be.`,
);
process.exitCode = wrong === 0 ? 0 : 1;

function report(mistake: string): void {
  wrong += 1;
  console.error(`WRONG: ${mistake}`);
}

async function show({ name, action }: { readonly name: string; readonly action?: string }): Promise<void> {
  const accepted = await emit(name, toPayload(name, action));
  await app.idle();
  console.log(`github ${name}${action === undefined ? '' : ` (${action})`}, event ${accepted.id}`);
  for (const { hook, reason } of accepted.stopped) console.log(`  stopped for ${hook}: ${reason}`);
  for (const { hook, delivery } of accepted.hooks) await showDelivery(hook, delivery);
  console.log();
}

async function showDelivery(hook: string, id: string): Promise<void> {
  const delivery = (await (await fetch(`${app.url}/deliveries/${id}`)).json()) as Delivery;
  const request = receiver.received.find(({ deliveryId }) => deliveryId === id);
  const logged = lines.find((line) => line.includes('log callback') && line.includes(`"hook":"${hook}"`));
  const { handler } = (await (await fetch(`${app.url}/event-hooks/${hook}`)).json()) as { handler: string };
  console.log(`  ${hook} (${handler}): ${delivery.state}`);
  if (delivery.state === 'succeeded') shown.add(handler);
  else report(`${hook} is ${delivery.state}: ${delivery.last_error}`);
  if (request !== undefined) showRequest(request);
  else if (logged !== undefined) console.log(`    logged  ${shorten(logged)}`);
  else
    console.log(
      `    result  ${shorten(delivery.attempts[0]?.response?.trim().replaceAll('\n', ' | ') ?? 'nothing')}`,
    );
}

function showRequest({ path, body, kong, standard }: Received): void {
  if (!kong || !standard) report(`a signature of ${path}`);
  const say = (right: boolean): string => (right ? 'verified' : 'WRONG');
  console.log(
    `    ${path}  ${shorten(body)}\n    x-kong-signature ${say(kong)}, webhook-signature ${say(standard)}`,
  );
}

async function emit(event: string, data: object): Promise<Accepted> {
  const response = await fetch(`${app.intakeUrl}/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ source: 'github', event, data }),
  });
  if (response.status !== 202)
    throw new Error(`Cannot emit github ${event}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Accepted;
}

function toPayload(name: string, action: string | undefined): object {
  const found = examples
    .find((kind) => kind.name === name)
    ?.examples.find((example) => action === undefined || example.action === action);
  if (found === undefined) throw new Error(`Cannot find an example of github ${name}`);
  return found;
}

function shorten(text: string): string {
  return text.length > 110 ? `${text.slice(0, 110)}…` : text;
}
