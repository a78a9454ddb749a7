/**
 * The guarantees of every engine: the comments of core/ports/ as tests. An engine's own test file passes in how it is
 * opened; everything else is here, and is the same for all. An engine that outlives its process adds reopening.ts.
 */
import { describe } from "bun:test";
import { describeApps } from "./apps.ts";
import { describeAttributes } from "./attributes.ts";
import { describeAuthority } from "./authority.ts";
import { describeBatches } from "./batches.ts";
import { describeConcurrency } from "./concurrency.ts";
import { describeFeed } from "./feed.ts";
import { describeKeys } from "./keys.ts";
import { describeModel } from "./model.ts";
import { describeNames } from "./names-and-ids.ts";
import type { OpenForTest } from "./open-for-test.ts";
import { describeUsers } from "./users.ts";

/** @param parts the parts to leave out: the tests of authority, where another variant of the engine has them */
export function describeStore(engine: string, open: OpenForTest, parts = { authority: true }): void {
  describe(`the storage contract on ${engine}`, () => {
    describeApps(open);
    describeKeys(open);
    describeUsers(open);
    describeNames(open);
    describeAttributes(open);
    describeBatches(open);
    if (parts.authority) describeAuthority(open);
    describeFeed(open);
    describeConcurrency(open);
    describeModel(open);
  });
}
