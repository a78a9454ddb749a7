import type { AppStore } from "./app-store.ts";
import type { AttributeStore } from "./attribute-store.ts";
import type { ChangeFeed } from "./change-feed.ts";
import type { ClusterStore } from "./cluster-store.ts";
import type { KeyStore } from "./key-store.ts";
import type { StoreHealth } from "./store-health.ts";
import type { UserStore } from "./user-store.ts";

/**
 * One store holds all apps, their users and attributes. The comments here and on its parts are promises: `test/contract/`
 * holds every engine to them, and a change of one changes both. What uses a store names the parts that it uses.
 *
 * - A promise of a write settles only when the write is on disk (or on the cluster); it rejects only when the
 *   outcome is a fault. Then the write may or may not be there, unless it is a `StoreFailure` with `nothingStored`,
 *   or a `Refusal` with `busy` because too much waits already: then it is not there and never will be.
 * - A read that begins after a write has settled sees it. No read sees a write that has not been made durable.
 * - Every call is atomic: all of it or nothing, whoever else writes.
 * - Names are compared byte for byte; whatever is not a known app or user is `undefined`, never an error.
 * - At rest `usage` equals the sum of `bytes` over the app's users, after any mix of calls.
 */
export interface Store
  extends AppStore,
    UserStore,
    AttributeStore,
    KeyStore,
    ChangeFeed,
    ClusterStore,
    StoreHealth,
    AsyncDisposable {}
