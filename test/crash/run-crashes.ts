import { join } from 'node:path';
import { createTempDir } from '../helpers/temp-dir.ts';
import { writeDefinitions } from './definitions.ts';
import { createRandom, type Kill, planKills } from './kill-plan.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { type LastLife, liveToTheEnd, liveUntilKilled } from './life.ts';
import { createLoad, type Load } from './load.ts';
import { type CrashReceiver, startCrashReceiver } from './receiver.ts';

/** What came of killing a server again and again under load, when all of it is over. */
export interface CrashRun extends AsyncDisposable {
  readonly kills: readonly Kill[];
  readonly receiver: CrashReceiver;
  readonly load: Load;
  readonly ledger: Ledger;
  /** Deliveries that were under way at each kill: they had come in, and what came of them was not recorded. */
  readonly inFlight: readonly ReadonlySet<string>[];
  readonly last: LastLife;
  readonly journalFile: string;
}

/** How often a server is killed, and what decides how. */
export interface CrashOptions {
  readonly kills: number;
  readonly seed: number;
}

/** Kills a server under load as often as asked, then lets the last one come to its end. */
export async function runCrashes({ kills: count, seed }: CrashOptions): Promise<CrashRun> {
  const random = createRandom(seed);
  const kills = planKills(count, random);
  const [hooks, state] = [createTempDir(), createTempDir()];
  const journalFile = join(state.path, 'journal.db');
  const ledger = createLedger(journalFile);
  const receiver = await startCrashReceiver(createRandom(seed + 1));
  const load = createLoad(random, () => receiver.byDelivery.size);
  const bench = { hooks, state, definitions: writeDefinitions(hooks, receiver.url), receiver, load };
  const inFlight: ReadonlySet<string>[] = [];
  for (const kill of kills) {
    await liveUntilKilled(bench, kill);
    inFlight.push(toInFlight(receiver, ledger.read()));
    receiver.life += 1;
  }
  const last = await liveToTheEnd(bench);
  ledger.read();
  return {
    kills,
    receiver,
    load,
    ledger,
    inFlight,
    last,
    journalFile,
    async [Symbol.asyncDispose]() {
      await receiver[Symbol.asyncDispose]();
      hooks[Symbol.dispose]();
      state[Symbol.dispose]();
    },
  };
}

/** What came in from this process and is pending all the same. What was refused is to be sent again anyway. */
function toInFlight({ byDelivery, life }: CrashReceiver, pending: ReadonlySet<string>): ReadonlySet<string> {
  const isCutOff = (id: string): boolean => {
    const last = byDelivery.get(id)?.at(-1);
    return last?.life === life && last.status !== 503;
  };
  return new Set([...pending].filter(isCutOff));
}
