import { expect, test } from "bun:test";
import { BoundedMap } from "../../../src/core/admission/bounded-map.ts";

test("holds no more than its limit, and keeps entries that are read repeatedly", () => {
  const map = new BoundedMap<number>(100);
  map.set("kept", 1);
  for (let index = 0; index < 10_000; index++) {
    map.set(`other ${index}`, index);
    expect(map.get("kept")).toBe(1);
  }
  const left = Array.from({ length: 10_000 }, (_, index) => map.get(`other ${index}`)).filter(
    (each) => each !== undefined,
  );
  expect(left.length).toBeLessThanOrEqual(100);
});

test("a deleted entry is gone, from the older generation, too", () => {
  const map = new BoundedMap<number>(4);
  for (const key of ["a", "b", "c", "d"]) map.set(key, 1);
  map.delete("a");
  expect(map.get("a")).toBeUndefined();
  map.clear();
  expect(map.get("d")).toBeUndefined();
});
