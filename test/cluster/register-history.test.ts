import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type RegisterOperation, registerViolation } from "./register-history.ts";

const INITIAL = "0";

type Outcome = Extract<RegisterOperation, { kind: "set" }>["outcome"];

function set(value: string, from: number, to: number, outcome: Outcome = "done"): RegisterOperation {
  return { kind: "set", value, from, to, outcome };
}

function get(value: string, from: number, to: number): RegisterOperation {
  return { kind: "get", value, from, to };
}

describe("a history of one register is accepted when", () => {
  const good: Readonly<Record<string, readonly RegisterOperation[]>> = {
    "nothing was set": [get(INITIAL, 1, 2)],
    "gets follow the sets": [set("a", 1, 2), get("a", 3, 4), set("b", 5, 6), get("b", 7, 8)],
    "a get beside a set answers either": [set("a", 1, 9), get(INITIAL, 2, 3), get("a", 4, 5)],
    "a refused set was never seen": [set("a", 1, 2), set("b", 3, 4, "refused"), get("a", 5, 6)],
    "one of unknown outcome is seen late": [set("a", 1, 2, "unknown"), get(INITIAL, 50, 51), get("a", 60, 61)],
    "one of unknown outcome is never seen": [set("a", 1, 2, "unknown"), get(INITIAL, 50, 51)],
    "overlapping sets are seen in one order": [set("a", 1, 9), set("b", 1, 9), get("b", 2, 4), get("a", 5, 12)],
  };
  for (const [name, history] of Object.entries(good)) {
    test(name, () => expect(registerViolation(history, INITIAL)).toBeUndefined());
  }
});

describe("a history of one register is refused when", () => {
  const bad: Readonly<Record<string, readonly RegisterOperation[]>> = {
    "a get answers a value that was replaced before it": [set("a", 1, 2), set("b", 3, 4), get("a", 5, 6)],
    "an acknowledged set is lost": [set("a", 1, 2), get(INITIAL, 3, 4)],
    "a refused set is seen": [set("a", 1, 2, "refused"), get("a", 3, 4)],
    "the value goes back": [set("a", 1, 20), get("a", 2, 3), get(INITIAL, 4, 5)],
    "two readers see two orders": [
      set("a", 1, 9),
      set("b", 1, 9),
      get("a", 10, 11),
      get("b", 12, 13),
      get("a", 14, 15),
    ],
    "a get answers a value that is set later": [get("a", 1, 2), set("a", 3, 4)],
    "a get answers a value that was never set": [get("x", 1, 2)],
    "a replaced value comes back": [set("a", 1, 2), get("a", 3, 4), set("b", 5, 6), get("a", 7, 8)],
  };
  for (const [name, history] of Object.entries(bad)) {
    test(name, () => expect(registerViolation(history, INITIAL)).toBeString());
  }
});

test("the operations that contradict one another are named", () => {
  const lost = [set("a", 1, 2), get("a", 3, 4), set("b", 5, 6), get("b", 7, 8), get("a", 9, 10)];
  expect(registerViolation(lost, INITIAL)).toBe(
    "set a (1 to 2) was over before get b (7 to 8), but set b (5 to 6) was over before get a (9 to 10)",
  );
  expect(registerViolation([set("a", 1, 2), get(INITIAL, 3, 4)], INITIAL)).toBe(
    "the beginning with 0 was over before set a (1 to 2), but set a (1 to 2) was over before get 0 (3 to 4)",
  );
  expect(registerViolation([set("a", 1, 2, "refused"), get("a", 3, 4)], INITIAL)).toBe(
    "get a (3 to 4) answered what was refused: set a (1 to 2)",
  );
});

test("a value that is set twice is not judged", () => {
  expect(() => registerViolation([set("a", 1, 2), set("a", 3, 4)], INITIAL)).toThrow("a was set twice");
  expect(() => registerViolation([set(INITIAL, 1, 2)], INITIAL)).toThrow("0 was set twice");
});

test("agrees with trying all orders", () => {
  const verdicts = { good: 0, bad: 0, contradictory: 0 };
  const moments = fc.tuple(fc.nat({ max: 12 }), fc.integer({ min: 1, max: 7 }));
  const outcomes = fc.constantFrom<Outcome[]>("done", "done", "done", "unknown", "refused");
  const sets = fc.array(fc.tuple(moments, outcomes), { minLength: 1, maxLength: 4 });
  const gets = fc.array(fc.tuple(moments, fc.nat()), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(sets, gets, (someSets, someGets) => {
      // Nearly always values of these sets: any other value is refused for that alone.
      const values = Array.from({ length: 19 }, (_, index) => `${index % (someSets.length + 1)}`).concat("x");
      const history = [
        ...someSets.map(([[from, length], outcome], index) => set(`${index + 1}`, from, from + length, outcome)),
        ...someGets.map(([[from, length], pick]) => get(values[pick % values.length] ?? "", from, from + length)),
      ];
      const violation = registerViolation(history, INITIAL);
      expect(violation === undefined).toBe(hasOrder(history, INITIAL));
      verdicts[violation === undefined ? "good" : "bad"] += 1;
      if (violation?.includes(", but ")) verdicts.contradictory += 1;
    }),
    { numRuns: 20_000 },
  );
  for (const count of Object.values(verdicts)) expect(count).toBeGreaterThan(1000);
});

test("judges ten thousand operations in less than a second", () => {
  const history = Array.from({ length: 5000 }, (_, index) => [
    set(`${index + 1}`, index * 10, index * 10 + 12),
    get(`${index + 1}`, index * 10 + 6, index * 10 + 14),
  ]).flat();
  const start = performance.now();
  expect(registerViolation(history, INITIAL)).toBeUndefined();
  expect(performance.now() - start).toBeLessThan(1000);
  expect(registerViolation([...history, get("17", 40_000, 40_001)], INITIAL)).toBeString();
});

/** Whatever may come next does; a set of unknown outcome may also never come, and a refused one never does. */
function hasOrder(left: readonly RegisterOperation[], current: string): boolean {
  if (left.every((operation) => operation.kind === "set" && operation.outcome !== "done")) return true;
  const firstEnd = Math.min(...left.map(lastMoment));
  return left.some((operation, index) => {
    if (operation.from > firstEnd) return false;
    const rest = left.filter((_, other) => other !== index);
    if (operation.kind === "get") return operation.value === current && hasOrder(rest, current);
    return operation.outcome !== "refused" && hasOrder(rest, operation.value);
  });
}

function lastMoment(operation: RegisterOperation): number {
  return operation.kind === "set" && operation.outcome !== "done" ? Number.POSITIVE_INFINITY : operation.to;
}
