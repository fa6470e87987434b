import { startDripping, startHanging, startHuge, startResetting } from '../test/helpers/fault-receiver.ts';
import { type Fault, toFaults } from './faults.ts';
import type { Listening } from './messages.ts';

/**
 * A process: a receiver that does something wrong, which one is its argument. It ends with the process that started it.
 */
const STARTS: Readonly<Record<Fault, () => Promise<{ readonly url: string }>>> = {
  /** Takes a request and never answers. */
  hang: startHanging,
  /** Answers a byte a second. */
  drip: startDripping,
  /** Answers 100 MB. */
  huge: startHuge,
  /** Resets the connection. */
  reset: startResetting,
};

process.on('disconnect', () => process.exit());
for (const fault of toFaults(process.argv.slice(2))) {
  const { url } = await STARTS[fault]();
  const message: Listening = { kind: 'listening', url };
  process.send?.(message);
}
