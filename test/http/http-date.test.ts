import { expect, test } from "bun:test";
import fc from "fast-check";
import { httpDate } from "../../src/http/answers/http-date.ts";

const DAY_MS = 86_400_000;

test("a date is formatted like Date does, whatever was formatted before", () => {
  const ms = fc.oneof(
    fc.integer({ min: 0, max: Date.UTC(9999, 11, 31, 23, 59, 59, 999) }),
    // Around midnight, and twice on the same day.
    fc
      .tuple(fc.integer({ min: 1, max: 40_000 }), fc.integer({ min: -2, max: 2 }))
      .map(([day, by]) => day * DAY_MS + by),
    fc.integer({ min: 20_000 * DAY_MS, max: 20_002 * DAY_MS }),
  );
  fc.assert(
    fc.property(fc.array(ms), (each) => {
      expect(each.map(httpDate)).toEqual(each.map((one) => new Date(one).toUTCString()));
    }),
    { numRuns: 500 },
  );
});
