import { expect } from "bun:test";
import type { Store } from "../../src/core/ports/store.ts";
import { name } from "../contract/open-for-test.ts";
import { OLDER_APP, OLDER_USER } from "../store/older-store.ts";

/** Data stored by an older version is there. */
export async function expectOlderUser(store: Store): Promise<void> {
  const app = (await store.apps()).find(({ key }) => key === OLDER_APP);
  const stored = await store.attributes(app?.number ?? 0, name(OLDER_USER));
  expect(JSON.parse(stored?.json ?? "{}")).toEqual({ nickname: "Ada" });
}
