/** slowhttptest, in each of its modes, beside a modest client that must be served throughout. */
import { describe, expect, test } from "bun:test";
import { MachineDelay } from "../harness/machine-delay.ts";
import { isLeftOut } from "../harness/missing-part.ts";
import { ModestClient } from "../starvation/modest-client.ts";
import { GET, HEALTH, NEW_HEALTH, SET } from "../starvation/modest-requests.ts";
import type { Target } from "../starvation/row.ts";
import { startTarget } from "../starvation/start-target.ts";
import { runSlowhttptest } from "./slowhttptest.ts";

const SECONDS = Number(process.env.LONG_SECONDS ?? 5);
const CONNECTIONS = 400;
const WAIT_MAX_MS = 1000;
const ALONE_MS = 400;
/** The server must have recovered within this time. */
const RECOVERY_MS = 1000;
const OVERHEAD_MS = 60_000;
const LEFT_OUT = isLeftOut(Bun.which("slowhttptest") !== null, "slowhttptest is not installed: slow clients");

interface Mode {
  readonly name: string;
  readonly args: (target: Target) => readonly string[];
}

const MODES: readonly Mode[] = [
  { name: "slow heads", args: ({ origin }) => ["-H", "-i", "1", "-u", `${origin}/-/health`] },
  {
    name: "slow bodies of unauthenticated clients",
    args: ({ origin, app }) => ["-B", "-i", "1", "-s", "8192", "-t", "POST", "-u", `${origin}${app}/token`],
  },
  {
    name: "slow bodies of a user",
    args: ({ origin, app, greedyToken }) => {
      const url = `${origin}${app}/metadata/user/greedy`;
      return ["-B", "-i", "1", "-s", "200000", "-t", "PUT", "-u", url, ...withToken(greedyToken)];
    },
  },
  {
    name: "slow readers",
    args: ({ origin, app, greedyToken }) => {
      const url = `${origin}${app}/metadata/user/greedy`;
      return ["-X", "-k", "3", "-n", "1", "-z", "32", "-u", url, ...withToken(greedyToken)];
    },
  },
  {
    name: "many ranges",
    args: ({ origin, app, greedyToken }) => [
      "-R",
      "-u",
      `${origin}${app}/metadata/user/greedy`,
      ...withToken(greedyToken),
    ],
  },
];

describe.skipIf(LEFT_OUT)("the service stays available", () => {
  test.each([...MODES])(
    "through $name",
    async ({ name, args }) => {
      await using started = await startTarget(
        {
          name,
          modest: [],
          app: { userBytesMax: 262_144 },
          prepare: setLarge,
          greedy: async () => {},
        },
        "sqlite",
      );
      const { target } = started;
      await using modest = new ModestClient(target, [GET, SET, HEALTH, NEW_HEALTH]);
      await modest.measure(AbortSignal.timeout(ALONE_MS));
      await using delay = new MachineDelay();
      const ending = new AbortController();
      const measuring = modest.measure(ending.signal);
      const { available, unavailable } = await runSlowhttptest(args(target), {
        seconds: SECONDS,
        connections: CONNECTIONS,
      });
      await Bun.sleep(RECOVERY_MS);
      ending.abort();
      const served = await measuring;
      const waitMaxMs = WAIT_MAX_MS + (await delay.allowanceMs());
      const figures = served.map((each) => `${each.name} ${each.calls} × at most ${each.worstMs} ms`).join(", ");
      console.log(`  ${name}: ${figures}; found available ${available} times, unavailable ${unavailable} times`);
      expect(served.flatMap(({ refused }) => refused)).toEqual([]);
      expect(served.filter(({ worstMs }) => worstMs > waitMaxMs)).toEqual([]);
      expect({ unavailable, wasSeen: available > 0 }).toEqual({ unavailable: 0, wasSeen: true });
    },
    SECONDS * 1000 + OVERHEAD_MS,
  );
});

/** slowhttptest has no option for a header, but one for a cookie, which it writes verbatim. */
function withToken(token: string): readonly string[] {
  return ["-j", `a=b\r\nAuthorization: Bearer ${token}`];
}

async function setLarge({ origin, app, greedyToken }: Target): Promise<void> {
  const { status } = await fetch(`${origin}${app}/metadata/user/greedy`, {
    method: "PUT",
    headers: { Authorization: `Bearer ${greedyToken}` },
    body: `k=${"v".repeat(200_000)}`,
  });
  expect(status).toBe(200);
}
