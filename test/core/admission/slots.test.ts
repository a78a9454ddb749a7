import { expect, test } from "bun:test";
import { newAdmissionMemory, usageOf } from "../../../src/core/admission/memory.ts";
import { createSlots, type Slot, type SlotsOptions } from "../../../src/core/admission/slots.ts";
import { createTestTimers, type TestTimers } from "../../harness/test-timers.ts";

const BUSY = expect.objectContaining({ refused: { code: "busy", retryAfterMs: 1000 } });

function slots(options: Partial<SlotsOptions>, timers: TestTimers = createTestTimers()) {
  const limits = { capacity: 2, waitingMax: 10, waitMaxMs: 1000, leavesRoom: false };
  return { timers, slots: createSlots({ resource: "hashing", timers, ...limits, ...options }) };
}

const a = { address: "10.0.0.1" };
const b = { address: "10.0.0.2" };

test("a request that fits enters immediately, and one that does not waits for a slot", async () => {
  const { slots: two, timers } = slots({});
  const first = two.enter(a) as Slot; // as: there is room
  void two.enter(a);
  let entered = false;
  const third = Promise.resolve(two.enter(a)).then(() => {
    entered = true;
  });
  await timers.advance(0);
  expect(entered).toBe(false);
  first.leave();
  await third;
  expect([two.held, two.waiting]).toEqual([2, 0]);
});

test("turns rotate among the addresses, and among the accounts of each", async () => {
  const { slots: one } = slots({ capacity: 1 });
  const order: string[] = [];
  const holding = one.enter(a) as Slot; // as: there is room
  const wait = async (address: string, account: string) => {
    const slot = await one.enter({ address, account });
    order.push(`${address} ${account}`);
    slot.leave();
  };
  const waiting = [wait("a", "x"), wait("a", "x"), wait("a", "y"), wait("b", "z"), wait("b", "z")];
  holding.leave();
  await Promise.all(waiting);
  expect(order).toEqual(["a x", "b z", "a y", "b z", "a x"]);
});

test("a client that waits too long is refused, and its place in the queue is free again", async () => {
  const { slots: one, timers } = slots({ capacity: 1, waitMaxMs: 500 });
  void one.enter(a);
  const late = Promise.resolve(one.enter(b));
  late.catch(() => {});
  await timers.advance(600);
  expect(late).rejects.toEqual(BUSY);
  expect(one.waiting).toBe(0);
});

test("in a full queue the client with the most waiting items makes room for one with fewer", async () => {
  const { slots: one, timers } = slots({ capacity: 1, waitingMax: 3 });
  void one.enter(a);
  const greedy = [1, 2, 3].map(() => Promise.resolve(one.enter(a)));
  for (const each of greedy) each.catch(() => {});
  const modest = Promise.resolve(one.enter(b));
  expect(greedy[2]).rejects.toEqual(BUSY);
  expect(() => one.enter(a)).toThrow("busy");
  await timers.advance(0);
  expect(one.waiting).toBe(3);
  modest.catch(() => {});
});

test("where room must be left, a greedy account gets half, and one that holds nothing always finds room", () => {
  const { slots: room } = slots({ capacity: 1000, waitingMax: 0, leavesRoom: true });
  const greedy = { address: "a", account: "1/greedy" };
  let held = 0;
  while (room.tryEnter(greedy, 10) !== undefined) held += 10;
  expect(held).toBe(500);
  const taken = Array.from({ length: 30 }, () => room.tryEnter({ address: "a", account: "1/modest" }, 10));
  expect(taken[0]).toBeDefined();
  expect(room.tryEnter({ address: "b" }, 10)).toBeDefined();
});

test("a client that waits for its own share blocks no other", async () => {
  const { slots: room, timers } = slots({ capacity: 10, leavesRoom: true });
  const greedy = { address: "a", account: "1/greedy" };
  const taken: Slot[] = [];
  for (let slot = room.tryEnter(greedy); slot !== undefined; slot = room.tryEnter(greedy)) taken.push(slot);
  const waiting = Promise.resolve(room.enter(greedy));
  const modest = room.enter({ address: "b" });
  expect(modest).not.toBeInstanceOf(Promise);
  taken[0]?.leave();
  taken[1]?.leave();
  await timers.advance(100);
  await waiting;
  expect(room.waiting).toBe(0);
});

test("a slot holds more than there is room for where it must, and releases all that it holds", () => {
  const { slots: room } = slots({ capacity: 10, waitingMax: 0 });
  const slot = room.enter(a, 4) as Slot; // as: there is room
  slot.exceed(11);
  expect(room.held).toBe(15);
  slot.leave();
  slot.leave();
  expect(room.held).toBe(0);
});

test("threads share a capacity", () => {
  const memory = newAdmissionMemory(2);
  const make = (thread: number) =>
    slots({ capacity: 10, waitingMax: 0, usage: usageOf(memory, "bodies", thread) }).slots;
  const [first, second] = [make(0), make(1)];
  const slot = first.enter(a, 8) as Slot; // as: there is room
  expect(second.tryEnter(b, 3)).toBeUndefined();
  slot.leave();
  expect(second.tryEnter(b, 3)).toBeDefined();
});
