/**
 * Loaded into a server before its own code: what is to happen in ten seconds happens soon. It prunes every ten seconds,
 * and waits as long for attempts under way when it is told to stop; no test has the time for either.
 */
const WAIT_MS = 10_000;
const HURRIED_MS = 200;

globalThis.setTimeout = new Proxy(globalThis.setTimeout, {
  apply: (target, _, [callback, delayMs, ...rest]: Parameters<typeof setTimeout>) =>
    target(callback, delayMs === WAIT_MS ? HURRIED_MS : delayMs, ...rest),
});
