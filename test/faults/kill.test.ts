import { expect, test } from "bun:test";
import { throughKills } from "./kills.ts";
import { USERS } from "./server-process.ts";

const KILLS = 12;

for (const workers of [1, 2]) {
  test(`through ${KILLS} kill -9 of ${workers === 1 ? "one worker" : "two workers"} under load every acknowledged set is there, and capacity is the sum`, async () => {
    const acknowledged = await throughKills({ workers, kills: KILLS, setsBefore: (kill) => 20 + 17 * kill });
    expect(acknowledged).toBeGreaterThan(USERS.length);
  }, 90_000);
}
