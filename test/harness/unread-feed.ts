import type { FeedPage } from "../../src/core/ports/change-feed.ts";
import type { MaybePromise } from "../../src/core/ports/maybe-promise.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { delegateStore } from "./delegate-store.ts";

/** A store as if other servers changed it, with a change feed that can be made unreadable. */
export interface UnreadFeed {
  /** For `startTestService({ wrap })`. */
  readonly wrap: (store: Store) => Store;
  /** Replaces the feed's pages; undefined = unchanged. */
  instead: (() => MaybePromise<FeedPage>) | undefined;
}

export function unreadFeed(): UnreadFeed {
  const feed: UnreadFeed = {
    instead: undefined,
    wrap: (store) => ({
      ...delegateStore(store),
      // No thread of this process announces changes that a test makes behind the server.
      feedVersion: () => 0,
      changesSince: (cursor) => feed.instead?.() ?? store.changesSince(cursor),
    }),
  };
  return feed;
}
