/** What is to be undone should the process end now. */
const undos = new Set<() => void>();

process.on('exit', () => {
  for (const undo of undos) attempt(undo);
});

/**
 * Has something undone when the process ends before this is disposed of, by whatever may end it but a SIGKILL: also by a
 * second signal, which waits for nothing. It must not take long, and nothing asynchronous in it is waited for.
 */
export function undoAtExit(undo: () => void): Disposable {
  // One of its own, so that the same function may be given twice.
  const own = (): void => undo();
  undos.add(own);
  return { [Symbol.dispose]: () => void undos.delete(own) };
}

function attempt(undo: () => void): void {
  try {
    undo();
  } catch {
    // Nobody is there to be told, and the others are to be undone too.
  }
}
