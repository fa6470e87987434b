import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A large directory of definitions. */
export interface ManyDefinitions {
  readonly hooks: number;
  readonly sources: number;
  /** Path below the directory, of one hook to change. */
  readonly fileOf: (index: number) => string;
  /** Content of that file; another `revision` changes its description and nothing else. */
  readonly textOf: (index: number, revision: number) => string;
}

/** Each source has as many events, and each hook one of its own, so that an event matches one hook however many there are. */
const EVENTS_PER_SOURCE = 500;
/** Files written at once. */
const AT_ONCE = 64;

/** The kinds of hooks, in turn: of ten, four plain webhooks, four with templates, two logs; two have a filter. */
const KINDS: readonly string[] = [
  'webhook',
  'webhook',
  'webhook',
  'webhook, filter',
  'custom payload',
  'custom payload',
  'custom body',
  'custom payload, filter',
  'log',
  'log',
];

const WEBHOOK = `handler: webhook
config:
  url: https://receiver.example/hooks
  ssl_verify: true
  secret: "{vault://env/receiver-secret}"
`;

const CUSTOM_PAYLOAD = `handler: webhook-custom
config:
  method: POST
  url: https://chat.example/hooks
  ssl_verify: true
  headers: { content-type: application/json }
  payload:
    text: "{{ customer.name }} paid {{ amount }}{{#if region}} in {{ upper region }}{{/if}}"
    blocks: [{ type: section, text: "{{ json customer }}" }]
`;

const CUSTOM_BODY = `handler: webhook-custom
config:
  method: PUT
  url: https://receiver.example/customers
  ssl_verify: true
  headers: { content-type: application/json, x-region: "{{ default region 'none' }}" }
  headers_format: true
  body: '{"customer": "{{ customer.name }}", "amount": "{{ amount }}"}'
`;

const LOG = 'handler: log\n';
const FILTER = 'filter: data.amount > 100.0 && data.region in ["eu", "us"]\n';

/** Writes a source per 500 hooks and a file per hook below `dir`, one directory for each source. */
export async function writeDefinitions(dir: string, hooks: number): Promise<ManyDefinitions> {
  const sources = Math.ceil(hooks / EVENTS_PER_SOURCE);
  for (let source = 0; source < sources; source += 1) {
    await mkdir(join(dir, `team-${source}`), { recursive: true });
    await writeFile(join(dir, `team-${source}`, 'source.yaml'), toSource(source));
  }
  for (let from = 0; from < hooks; from += AT_ONCE) {
    const indexes = Array.from({ length: Math.min(AT_ONCE, hooks - from) }, (_, offset) => from + offset);
    await Promise.all(indexes.map((index) => writeFile(join(dir, toFile(index)), toHook(index, 0))));
  }
  return { hooks, sources, fileOf: toFile, textOf: toHook };
}

function toPlace(index: number): { readonly source: number; readonly event: number } {
  return { source: Math.floor(index / EVENTS_PER_SOURCE), event: index % EVENTS_PER_SOURCE };
}

function toFile(index: number): string {
  const { source, event } = toPlace(index);
  return `team-${source}/hook-${event}.yaml`;
}

function toSource(source: number): string {
  const fields = 'fields: [customer, amount, region]';
  const events = Array.from({ length: EVENTS_PER_SOURCE }, (_, event) => `  event-${event}: { ${fields} }\n`);
  return `kind: EventSource\nname: team-${source}\nevents:\n${events.join('')}`;
}

function toHook(index: number, revision: number): string {
  const { source, event } = toPlace(index);
  const kind = KINDS[index % KINDS.length] ?? '';
  const head = `source: team-${source}\nevent: event-${event}\ndescription: Revision ${revision}\n`;
  const labels = `labels: { team: team-${source}, tier: gold }\n`;
  return `# Hook ${index}\n${head}${labels}${kind.endsWith('filter') ? FILTER : ''}${toHandler(kind)}`;
}

function toHandler(kind: string): string {
  if (kind.startsWith('webhook')) return WEBHOOK;
  if (kind.startsWith('custom payload')) return CUSTOM_PAYLOAD;
  return kind === 'custom body' ? CUSTOM_BODY : LOG;
}
