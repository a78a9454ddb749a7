import { expect, test } from "bun:test";
import { createRunQueue } from "../../../src/core/admission/run-queue.ts";
import { createTestTimers } from "../../harness/test-timers.ts";

const GREEDY = { address: "10.0.0.1" };
const MODEST = { address: "10.0.0.2" };
const BUSY = expect.objectContaining({ refused: { code: "busy", retryAfterMs: 1000 } });

/** An event loop whose turns the test ends; each takes `turnMs`. */
function queueOnLoop({ waitingMax = 10_000 }: { waitingMax?: number } = {}) {
  const timers = createTestTimers();
  let turn = Promise.withResolvers<void>();
  const yieldToEventLoop = () => turn.promise;
  const queue = createRunQueue({ resource: "thread", waitingMax, timers, yieldToEventLoop, cpuMs: timers.nowMs });
  const endTurn = async (turnMs = 20): Promise<void> => {
    const ended = turn;
    turn = Promise.withResolvers();
    await timers.advance(turnMs);
    ended.resolve();
    await timers.advance(0);
  };
  /** Lets requests arrive together; returns how many may run immediately. */
  const arrive = (count: number): number => {
    let direct = 0;
    for (let index = 0; index < count; index++) if (queue.mayRun()) direct += 1;
    return direct;
  };
  return { queue, timers, endTurn, arrive };
}

test("as long as turns are short all requests run as they arrive", async () => {
  const { arrive, endTurn } = queueOnLoop();
  for (let turn = 0; turn < 50; turn++) {
    expect(arrive(200)).toBe(200);
    await endTurn(5);
  }
});

test("a turn with too many requests, or one that takes too long, makes the others wait", async () => {
  const many = queueOnLoop();
  expect(many.arrive(3000)).toBeLessThan(1500);
  const slow = queueOnLoop();
  slow.arrive(256);
  await slow.timers.advance(30);
  expect(slow.arrive(1)).toBe(0);
});

test("waiting requests run in fair turns among the addresses, and the thread returns to normal when none waits", async () => {
  const { queue, arrive, endTurn } = queueOnLoop();
  arrive(3000);
  const order: string[] = [];
  const enqueue = (asker: typeof GREEDY) => queue.enqueue(asker, () => void order.push(asker.address));
  const all = [...Array.from({ length: 500 }, () => enqueue(GREEDY)), enqueue(MODEST)];
  await endTurn();
  expect(order.indexOf(MODEST.address)).toBeLessThan(2);
  for (let turn = 0; turn < 100; turn++) await endTurn();
  await Promise.all(all);
  expect(queue.waiting).toBe(0);
  expect(arrive(1)).toBe(1);
});

test("a request that waits too long is refused, and never runs", async () => {
  const { queue, arrive, endTurn } = queueOnLoop();
  arrive(3000);
  let ran = 0;
  const results = Array.from({ length: 2000 }, () => queue.enqueue(GREEDY, () => (ran += 1)).catch((error) => error));
  await endTurn(3000);
  for (let turn = 0; turn < 10; turn++) await endTurn();
  const refused = (await Promise.all(results)).filter((result) => typeof result !== "number");
  expect(refused.length + ran).toBe(2000);
  expect(refused.length).toBeGreaterThan(1000);
  expect(refused[0]).toEqual(BUSY);
});

test("a full queue takes the newest from the address that has the most in it", async () => {
  const { queue, arrive, endTurn } = queueOnLoop({ waitingMax: 10 });
  arrive(3000);
  const greedy = Array.from({ length: 10 }, () => queue.enqueue(GREEDY, () => "ran").catch((error) => error));
  expect(() => queue.enqueue(GREEDY, () => "ran")).toThrow();
  const modest = queue.enqueue(MODEST, () => "ran");
  expect(await greedy.at(-1)).toEqual(BUSY);
  for (let turn = 0; turn < 5; turn++) await endTurn();
  expect(await modest).toBe("ran");
  expect(await greedy[0]).toBe("ran");
});

test("an error of a request is thrown to its caller alone", async () => {
  const { queue, arrive, endTurn } = queueOnLoop();
  arrive(3000);
  const failing = queue.enqueue(GREEDY, () => {
    throw new Error("a fault");
  });
  failing.catch(() => {});
  const fine = queue.enqueue(GREEDY, () => "ran");
  for (let turn = 0; turn < 5; turn++) await endTurn();
  await expect(failing).rejects.toThrow("a fault");
  expect(await fine).toBe("ran");
});
