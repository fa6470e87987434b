import { createPrepare, type Prepare } from '../reconcile/prepare.ts';
import { createSandbox } from '../sandbox/pool.ts';

/** A Prepare for a command: the steps that bring definitions live, with a sandbox that ends with its scope. */
export function createPreparing(): AsyncDisposable & { readonly prepare: Prepare } {
  const sandbox = createSandbox();
  return { prepare: createPrepare(sandbox), [Symbol.asyncDispose]: () => sandbox.close() };
}
