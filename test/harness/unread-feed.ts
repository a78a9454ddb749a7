import type { FeedPage } from "../../src/core/ports/change-feed.ts";
import type { MaybePromise } from "../../src/core/ports/maybe-promise.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { delegateStore } from "./delegate-store.ts";

/** The store as a server has it beside others that change it, with a change feed that can be made unreadable. */
export interface UnreadFeed {
  /** For `startTestService({ wrap })`. */
  readonly wrap: (store: Store) => Store;
  /** In place of what the feed says; undefined = as it is. */
  instead: (() => MaybePromise<FeedPage>) | undefined;
}

export function unreadFeed(): UnreadFeed {
  const feed: UnreadFeed = {
    instead: undefined,
    wrap: (store) => ({
      ...delegateStore(store),
      // Nobody in this process tells of what a test does past the server.
      feedVersion: () => 0,
      changesSince: (cursor) => feed.instead?.() ?? store.changesSince(cursor),
    }),
  };
  return feed;
}
