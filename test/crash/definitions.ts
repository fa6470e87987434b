import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TempDir } from '../helpers/temp-dir.ts';

/** Seconds the hook `muted` stays silent. */
export const MUTED_S = 1;
/** Longer than any run. */
const FOR_EVER_S = 86_400;

const SOURCES = `
kind: EventSource
name: plain
events: { plain: { fields: [id, even] } }
---
kind: EventSource
name: switches
events: { a: { fields: [id, value], unique: [value] }, b: { fields: [id, value], unique: [value] } }
---
kind: EventSource
name: alarms
events: { a: { fields: [id] }, b: { fields: [id] }, c: { fields: [id] } }
---
kind: EventSource
name: numbers
events: { number: { fields: [id, number], unique: [number] } }
---
kind: EventSource
name: queues
events: { job: { fields: [id, key] } }
`;

function toHook(name: string, url: string, more: string): string {
  return `
name: ${name}
handler: webhook
concurrency: 32
retry: { attempts: 20, schedule: [0.1], jitter: 0 }
config: { url: "${url}/${name}", ssl_verify: true }
${more}
`;
}

/** Definitions that ask for everything the journal has to keep exact. */
export interface CrashDefinitions {
  /** Adds the hook `extra`, or takes it away. */
  toggle(): void;
  /** Sees to it that it is there. */
  complete(): void;
}

/** Writes the definitions of hooks on a receiver. */
export function writeDefinitions(dir: TempDir, url: string): CrashDefinitions {
  const hooks = [
    toHook('even', url, 'source: plain\nfilter: data.even'),
    toHook('every', url, 'source: plain'),
    toHook('flaky', url, 'source: plain'),
    toHook('changed', url, 'source: switches\non_change: true'),
    toHook('muted', url, `source: alarms\nsnooze: ${MUTED_S}`),
    toHook('silenced', url, `source: alarms\nsnooze: ${FOR_EVER_S}`),
    toHook('once', url, `source: numbers\non_change: true\nsnooze: ${FOR_EVER_S}`),
    toHook('ordered', url, 'source: queues\nordered: key'),
  ];
  dir.write('all.yaml', [SOURCES, ...hooks].join('---'));
  const extra = toHook('extra', url, 'source: plain');
  let isThere = false;
  const set = (there: boolean): void => {
    isThere = there;
    if (there) dir.write('extra.yaml', extra);
    else rmSync(join(dir.path, 'extra.yaml'));
  };
  set(true);
  return {
    toggle: () => set(!isThere),
    complete: () => set(true),
  };
}
