import type { AppStore } from "./app-store.ts";
import type { AttributeStore } from "./attribute-store.ts";
import type { ChangeFeed } from "./change-feed.ts";
import type { ClusterStore } from "./cluster-store.ts";
import type { KeyStore } from "./key-store.ts";
import type { StoreHealth } from "./store-health.ts";
import type { UserStore } from "./user-store.ts";

/**
 * One store holds all apps, their users and attributes. The comments here and on its parts are promises: `test/contract/`
 * checks every engine against them, and both change together. A consumer names the parts of a store that it uses.
 *
 * - The promise of a write settles only when the write is on disk (or on the cluster). It rejects only for a fault. Then
 *   the write may or may not be stored, with two exceptions: a `StoreFailure` with `nothingStored`, and a `Refusal`
 *   with `busy`, because too many writes are waiting. After these it is not stored and never will be.
 * - A read that begins after a write has settled sees it. No read sees a write that has not been made durable.
 * - Every call is atomic: all of it or nothing, whatever else is written at the same time.
 * - Names are compared byte for byte. An unknown app or user is `undefined`, never an error.
 * - When no write is in flight, `usage` equals the sum of `bytes` over the app's users, after any mix of calls.
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
