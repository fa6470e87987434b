import { defineConfig } from 'vitest/config';

/** The long form of the crash suite: `npm run test:crash`. */
export default defineConfig({
  test: {
    include: ['test/crash/**/*.test.ts'],
    env: { CRASH_KILLS: process.env.CRASH_KILLS ?? '110' },
  },
});
