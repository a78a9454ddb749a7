/** The fuzzer for long: `FUZZ_REQUESTS` at least, 300,000 unless `LONG_SECONDS` shortens it; the table is what it has tried. */
import { expect, test } from "bun:test";
import { nameOf, ROUTES } from "../fuzz/calls.ts";
import { fuzz } from "../fuzz/fuzz.ts";
import { seedOf } from "../fuzz/seed.ts";
import { mariadbIsMissing } from "../harness/mariadb.ts";
import { recordFigure } from "./figures.ts";
import { sharePart } from "./in-full.ts";

const REQUESTS = Number(process.env.FUZZ_REQUESTS ?? sharePart(300_000, 1));
/** Far more than on an idle machine. */
const TIMEOUT_MS = 300_000 + 20 * REQUESTS;
const SHARES = { memory: 0.4, sqlite: 0.55, mysql: 0.05 } as const;

for (const [engine, share] of Object.entries(SHARES)) {
  const isMissing = engine === "mysql" && mariadbIsMissing();
  test.skipIf(isMissing)(
    `${engine}: every answer is documented, and every sum is correct`,
    async () => {
      const seed = seedOf(process.env.FUZZ_SEED);
      const from = performance.now();
      const tally = await fuzz({ engine, seed, requests: Math.ceil(REQUESTS * share) });
      const perSecond = Math.round((tally.requests * 1000) / (performance.now() - from));
      console.log(`\nfuzz on ${engine}, FUZZ_SEED=${seed}, ${perSecond} requests a second: ${tally.table()}`);
      recordFigure(`fuzzer: requests tried on ${engine}`, tally.requests);
      recordFigure(`fuzzer: sums of what was stored compared on ${engine}`, tally.sums);
      expect(tally.requests).toBeGreaterThanOrEqual(REQUESTS * share);
      const never = ROUTES.map(nameOf).filter((route) => tally.statusesOf(route).get(200) === undefined);
      expect(REQUESTS * share < 10_000 ? [] : never).toEqual([]);
    },
    TIMEOUT_MS,
  );
}
