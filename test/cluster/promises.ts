import { expect } from "bun:test";
import { Client } from "./client.ts";
import { INITIAL, type RecordedLoad } from "./recorded-load.ts";
import { registerViolation } from "./register-history.ts";

interface Kept {
  readonly origins: readonly string[];
  readonly users: readonly string[];
  readonly userBytesMax: number;
  readonly appBytesMax: number;
}

/**
 * After all writes: each user's history is that of one register, every server answers the same, no user or app is
 * past a limit, and capacity is the sum.
 */
export async function expectPromisesKept(load: RecordedLoad, kept: Kept): Promise<void> {
  for (const user of kept.users) {
    const history = [...load.history(user)];
    for (const origin of kept.origins) {
      await using client = new Client(() => origin);
      const { status, data, from, to } = await client.call("GET", `metadata/user/${user}`);
      expect(status).toBe(200);
      const { v = INITIAL } = data as Readonly<Record<string, string>>; // as: the documented shape
      history.push({ kind: "get", value: v, from, to });
    }
    expect(registerViolation(history, load.initial(user))).toBeUndefined();
  }
  for (const origin of kept.origins) {
    await using client = new Client(() => origin);
    let sum = 0;
    for (const user of kept.users) {
      const { data } = await client.call("GET", `metadata/user/${user}`);
      const bytes = bytesOf(data as Readonly<Record<string, string>>); // as: the documented shape
      expect(bytes).toBeLessThanOrEqual(kept.userBytesMax);
      sum += bytes;
    }
    expect(sum).toBeLessThanOrEqual(kept.appBytesMax);
    const capacity = await client.call("GET", "metadata/user/capacity");
    expect(capacity).toMatchObject({ status: 200, data: sum });
  }
}

/** All of them are ASCII. */
function bytesOf(attributes: Readonly<Record<string, string>>): number {
  return Object.entries(attributes).reduce((sum, [key, value]) => sum + key.length + value.length, 0);
}
