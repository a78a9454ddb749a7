import { describe, expect, test } from "bun:test";
import type { OpenForTest } from "./open-for-test.ts";

export function describeHealth(open: OpenForTest): void {
  describe("health", () => {
    test("a sound store has no troubles and has not failed", async () => {
      await using opened = await open();
      const { store } = opened;
      expect(await store.ping()).toEqual([]);
      const failure = await Promise.race([store.failed, Promise.resolve("none")]);
      expect(failure).toBe("none");
    });
  });
}
