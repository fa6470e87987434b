import { createPrepare, type Prepare } from '../reconcile/prepare.ts';
import { createSandbox } from '../sandbox/pool.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';

/** A Prepare for a command: the steps that bring definitions live, with a sandbox that ends with its scope. */
export function createPreparing(): AsyncDisposable & {
  readonly prepare: Prepare;
  readonly sandbox: Sandbox;
} {
  const sandbox = createSandbox();
  return { prepare: createPrepare(sandbox), sandbox, [Symbol.asyncDispose]: () => sandbox.close() };
}
