import { expect, test } from "bun:test";
import { FairQueue } from "../../../src/core/admission/fair-queue.ts";

function queueOf(...items: readonly (readonly [address: string, account: string, item: number])[]): FairQueue<number> {
  const queue = new FairQueue<number>();
  for (const [address, account, item] of items) queue.push({ address, account }, item);
  return queue;
}

function drained(queue: FairQueue<number>): number[] {
  const taken: number[] = [];
  for (let item = queue.shift(); item !== undefined; item = queue.shift()) taken.push(item);
  return taken;
}

test("a client with many waiting items delays another one by one item", () => {
  const queue = queueOf(["a", "x", 1], ["a", "x", 2], ["a", "x", 3], ["b", "y", 4]);
  expect(drained(queue)).toEqual([1, 4, 2, 3]);
  expect(queue.size).toBe(0);
});

test("the items of one account keep their order", () => {
  const queue = queueOf(["a", "x", 1], ["a", "y", 2], ["a", "x", 3], ["a", "y", 4], ["a", "x", 5]);
  expect(drained(queue)).toEqual([1, 2, 3, 4, 5]);
});

test("an item that does not fit is skipped, and keeps its turn", () => {
  const queue = queueOf(["a", "x", 1], ["b", "y", 2], ["c", "z", 3]);
  expect(queue.shift((item) => item !== 1)).toBe(2);
  expect(drained(queue)).toEqual([1, 3]);
});

test("the newest item of the account with the most waiting items makes room, and only for an account with fewer", () => {
  const queue = queueOf(["a", "x", 1], ["a", "y", 2], ["a", "y", 3], ["b", "z", 4]);
  expect(queue.displace({ address: "a", account: "y" })).toBeUndefined();
  expect(queue.displace({ address: "c" })).toBe(3);
  expect(queue.displace({ address: "b" })).toBeUndefined();
  expect(queue.size).toBe(3);
});

test("within an address too, an account makes room for another that has less", () => {
  const queue = queueOf(["a", "x", 1], ["a", "x", 2], ["a", "x", 3]);
  expect(queue.displace({ address: "a", account: "x" })).toBeUndefined();
  expect(queue.displace({ address: "a", account: "y" })).toBe(3);
});

test("items that have waited too long are removed from every account", () => {
  const queue = queueOf(["a", "x", 1], ["a", "x", 5], ["b", "y", 2], ["b", "z", 6]);
  expect(queue.expire((item) => item < 5)).toEqual([1, 2]);
  expect(queue.size).toBe(2);
  expect(drained(queue)).toEqual([5, 6]);
});
