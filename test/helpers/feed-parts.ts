import type { FeedParts } from '../../src/feeds/feed.ts';
import { NOTHING_RESERVED } from '../../src/secrets/reserved.ts';
import { createSecrets } from '../../src/secrets/resolver.ts';

/** What feeds work with that a test has nothing to say about: no secrets, and connections to everywhere. */
export const FEED_PARTS: Pick<FeedParts, 'countRefused' | 'secrets' | 'judge' | 'send'> = {
  countRefused: () => undefined,
  secrets: createSecrets({ env: {}, envAllow: null, fileRoot: '/nonexistent', reserved: NOTHING_RESERVED })
    .hooks,
  judge: () => null,
  send: () => Promise.reject(new Error('Cannot send a request: the test has no client')),
};
