import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type RegisterOperation, registerViolation } from "./register-history.ts";

const INITIAL = "0";

function set(
  value: string,
  from: number,
  to: number,
  outcome: "done" | "refused" | "unknown" = "done",
): RegisterOperation {
  return { kind: "set", value, from, to: outcome === "unknown" ? Number.POSITIVE_INFINITY : to, outcome };
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
    "a get answers what was replaced before it": [set("a", 1, 2), set("b", 3, 4), get("a", 5, 6)],
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
    "a get answers what is set later": [get("a", 1, 2), set("a", 3, 4)],
    "a get answers what nobody set": [get("x", 1, 2)],
    "a set is overtaken by what it replaced": [set("a", 1, 2), get("a", 3, 4), set("b", 5, 6), get("a", 7, 8)],
  };
  for (const [name, history] of Object.entries(bad)) {
    test(name, () => expect(registerViolation(history, INITIAL)).toBeString());
  }
});

test("agrees with trying all orders", () => {
  const verdicts = { good: 0, bad: 0 };
  const span = fc.tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 1, max: 7 }));
  const sets = fc.array(fc.tuple(span, fc.constantFrom("done", "done", "unknown", "refused")), { maxLength: 4 });
  const gets = fc.array(fc.tuple(span, fc.integer({ min: 0, max: 4 })), { maxLength: 4 });
  fc.assert(
    fc.property(sets, gets, (someSets, someGets) => {
      // No two moments are the same: which of two equal ones is first is nobody's business.
      let order = 0;
      const moment = (at: number): number => at + order++ / 1000;
      const history = [
        ...someSets.map(([[from, length], outcome], index) =>
          set(`${index + 1}`, moment(from), moment(from + length), outcome as "done"),
        ),
        ...someGets.map(([[from, length], value]) => get(`${value}`, moment(from), moment(from + length))),
      ];
      const isGood = registerViolation(history, INITIAL) === undefined;
      expect(isGood).toBe(hasOrder(history, INITIAL));
      verdicts[isGood ? "good" : "bad"] += 1;
    }),
    { numRuns: 5000 },
  );
  expect(verdicts.good).toBeGreaterThan(500);
  expect(verdicts.bad).toBeGreaterThan(500);
});

test("judges ten thousand operations", () => {
  const history = Array.from({ length: 5000 }, (_, index) => [
    set(`${index + 1}`, index * 10, index * 10 + 12),
    get(`${index + 1}`, index * 10 + 6, index * 10 + 14),
  ]).flat();
  expect(registerViolation(history, INITIAL)).toBeUndefined();
  expect(registerViolation([...history, get("17", 40_000, 40_001)], INITIAL)).toBeString();
});

/** Whatever may come next does; a set of unknown outcome may also never come. */
function hasOrder(left: readonly RegisterOperation[], current: string): boolean {
  if (left.every((operation) => operation.kind === "set" && operation.outcome !== "done")) return true;
  const firstEnd = Math.min(...left.filter((operation) => !isVoid(operation)).map(({ to }) => to));
  return left.some((operation, index) => {
    if (isVoid(operation) || operation.from > firstEnd) return false;
    const rest = left.filter((_, other) => other !== index);
    if (operation.kind === "set") return hasOrder(rest, operation.value);
    return operation.value === current && hasOrder(rest, current);
  });
}

function isVoid(operation: RegisterOperation): boolean {
  return operation.kind === "set" && operation.outcome === "refused";
}
