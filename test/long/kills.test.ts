import { expect, test } from "bun:test";
import { throughKills } from "../faults/kills.ts";
import { recordFigure } from "./figures.ts";
import { sharePart } from "./in-full.ts";

const KILLS = sharePart(100, 1);
const SETS_MAX = 300;
const TIMEOUT_MS = 1_800_000;

for (const workers of [1, 2]) {
  test(
    `${KILLS} kill -9 of a server with ${workers} workers, each at a different moment: no acknowledged set is lost`,
    async () => {
      const acknowledged = await throughKills({
        workers,
        kills: KILLS,
        // Everything from the first set after a start on, in no order.
        setsBefore: (kill) => 1 + ((kill * 7919) % SETS_MAX),
      });
      expect(acknowledged).toBeGreaterThan(KILLS);
      recordFigure(`kill -9 survived, ${workers === 1 ? "one worker" : "two workers"}`, KILLS);
      recordFigure(
        `acknowledged sets before them, none lost, ${workers === 1 ? "one worker" : "two workers"}`,
        acknowledged,
      );
    },
    TIMEOUT_MS,
  );
}
