import { test } from "bun:test";
import { checkFairThread } from "./overload.ts";

test("with four thousand connections of one client busy, another's requests and health checks wait far less", async () => {
  await checkFairThread({ greedyConnections: 4000, seconds: Math.max(3, Number(process.env.LONG_SECONDS ?? 3)) });
}, 120_000);
