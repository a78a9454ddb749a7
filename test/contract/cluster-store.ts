import { describe, expect, test } from "bun:test";
import { addApp, type OpenForTest } from "./open-for-test.ts";

export function describeCluster(open: OpenForTest): void {
  describe("the servers of a store", () => {
    test("one that has the store alone hears of no other's demand, and not of its own", async () => {
      await using opened = await open();
      const { store } = opened;
      const { number } = await addApp(store);
      const demand = [{ app: number, bucket: 0, perSecond: 10 }];
      expect(await store.publishDemand(demand)).toEqual([]);
      expect(await store.publishDemand([])).toEqual([]);
    });
  });
}
