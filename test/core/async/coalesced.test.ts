import { expect, test } from "bun:test";
import { coalesced } from "../../../src/core/async/coalesced.ts";

test("runs never overlap; a call during a run is answered by a run that began after the call", async () => {
  const begun: PromiseWithResolvers<void>[] = [];
  const done: string[] = [];
  const call = coalesced(() => {
    const run = Promise.withResolvers<void>();
    begun.push(run);
    return run.promise;
  });
  const settle = async (run: number): Promise<void> => {
    begun[run]?.resolve();
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  };
  void call().then(() => done.push("first"));
  void call().then(() => done.push("second"));
  void call().then(() => done.push("third"));
  expect(begun).toHaveLength(1);
  await settle(0);
  expect(done).toEqual(["first"]);
  expect(begun).toHaveLength(2);
  void call().then(() => done.push("fourth"));
  await settle(1);
  expect(done).toEqual(["first", "second", "third"]);
  expect(begun).toHaveLength(3);
  await settle(2);
  expect(done).toEqual(["first", "second", "third", "fourth"]);
  void call().then(() => done.push("fifth"));
  expect(begun).toHaveLength(4);
  await settle(3);
  expect(done.at(-1)).toBe("fifth");
});
