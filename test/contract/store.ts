/**
 * The guarantees of every engine: the comments in core/ports/ as tests, a file or folder for each part of the store. An
 * engine's own test file passes in how it is opened; everything else is here, and is the same for all. An engine that
 * outlives its process adds every-part/reopening.ts.
 */
import { describe } from "bun:test";
import { describeApps } from "./app-store.ts";
import { describeAttributes } from "./attribute-store/attributes.ts";
import { describeBatches } from "./attribute-store/batches.ts";
import { describeFeed } from "./change-feed.ts";
import { describeCluster } from "./cluster-store.ts";
import { describeAuthority } from "./every-part/authority.ts";
import { describeConcurrency } from "./every-part/concurrency.ts";
import { describeModel } from "./every-part/model.ts";
import { describeKeys } from "./key-store.ts";
import type { OpenForTest } from "./open-for-test.ts";
import { describeHealth } from "./store-health.ts";
import { describeNames } from "./user-store/names-and-ids.ts";
import { describeUsers } from "./user-store/users.ts";

/** @param parts the parts to leave out: the tests of authority, where another variant of the engine has them */
export function describeStore(engine: string, open: OpenForTest, parts = { authority: true }): void {
  describe(`the storage contract on ${engine}`, () => {
    describeApps(open);
    describeKeys(open);
    describeUsers(open);
    describeNames(open);
    describeAttributes(open);
    describeBatches(open);
    describeFeed(open);
    describeCluster(open);
    describeHealth(open);

    if (parts.authority) describeAuthority(open);
    describeConcurrency(open);
    describeModel(open);
  });
}
