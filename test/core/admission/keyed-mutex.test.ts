import { expect, test } from "bun:test";
import { createKeyedMutex } from "../../../src/core/admission/keyed-mutex.ts";
import { Refusal } from "../../../src/core/refusals.ts";
import { createTestTimers } from "../../harness/test-timers.ts";

const WAIT_MAX_MS = 1500;
const ADA = { address: "1/ada" };
const BOB = { address: "1/bob" };

class Lasting extends Error {}

function newMutex(waitingMax = 100) {
  const timers = createTestTimers();
  const isLasting = (error: unknown): boolean => error instanceof Lasting;
  const turns = createKeyedMutex({ resource: "user_writes", waitingMax, waitMaxMs: WAIT_MAX_MS, isLasting, timers });
  return { timers, turns };
}

/** Tasks that report their start, and end when they are told to. */
function newTasks() {
  const said: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  const task = (name: string) => async (): Promise<string> => {
    said.push(name);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    ends.set(name, (error) => (error === undefined ? resolve() : reject(error)));
    await promise;
    return name;
  };
  return { said, task, end: (name: string, error?: Error) => ends.get(name)?.(error) };
}

async function outcomeOf(asked: Promise<string>): Promise<string> {
  return await asked.catch((error) => (error instanceof Refusal ? error.refused.code : String(error)));
}

test("tasks of one key run sequentially in the order of their calls, those of another concurrently", async () => {
  const { turns, timers } = newMutex();
  const { said, task, end } = newTasks();
  const asked = [
    turns.runExclusive("a", ADA, task("first")),
    turns.runExclusive("a", ADA, task("second")),
    turns.runExclusive("b", ADA, task("other")),
  ];
  expect(said).toEqual(["first", "other"]);
  end("first");
  await timers.advance(0);
  expect(said).toEqual(["first", "other", "second"]);
  end("second");
  end("other");
  expect(await Promise.all(asked)).toEqual(["first", "second", "other"]);
});

test("a failing task fails for its caller, and the next one gets its turn", async () => {
  const { turns } = newMutex();
  const failing = turns.runExclusive("a", ADA, () => Promise.reject(new Error("no")));
  const next = turns.runExclusive("a", ADA, async () => "yes");
  expect(await outcomeOf(failing)).toBe("Error: no");
  expect(await next).toBe("yes");
  expect(await turns.runExclusive("a", ADA, async () => "again")).toBe("again");
});

test("callers take turns, however many tasks one of them has waiting", async () => {
  const { turns, timers } = newMutex();
  const { said, task, end } = newTasks();
  for (const name of ["ada 1", "ada 2", "ada 3"]) void turns.runExclusive("a", ADA, task(name));
  void turns.runExclusive("a", BOB, task("bob 1"));
  for (const name of ["ada 1", "ada 2", "bob 1", "ada 3"]) {
    expect(said.at(-1)).toBe(name);
    end(name);
    await timers.advance(0);
  }
});

test("a task that waits too long is refused, and never starts", async () => {
  const { turns, timers } = newMutex();
  const { said, task, end } = newTasks();
  void turns.runExclusive("a", ADA, task("first"));
  const late = outcomeOf(turns.runExclusive("a", ADA, task("late")));
  await timers.advance(WAIT_MAX_MS - 100);
  const next = turns.runExclusive("a", BOB, task("next"));
  expect(turns.waiting).toBe(2);
  await timers.advance(200);
  expect(await late).toBe("busy");
  end("first");
  await timers.advance(0);
  end("next");
  expect(await next).toBe("next");
  expect(said).toEqual(["first", "next"]);
});

test("beyond the limit the client with the most waiting tasks loses its newest", async () => {
  const { turns, timers } = newMutex(3);
  const { task } = newTasks();
  void turns.runExclusive("a", ADA, task("running"));
  const ada = [1, 2, 3].map((n) => outcomeOf(turns.runExclusive("a", ADA, task(`ada ${n}`))));
  expect(await outcomeOf(turns.runExclusive("a", ADA, task("ada 4")))).toBe("busy");
  void turns.runExclusive("a", BOB, task("bob 1"));
  expect(await ada[2]).toBe("busy");
  await timers.advance(0);
  expect(turns.waiting).toBe(3);
});

test("after a lasting failure the tasks behind it are refused immediately, and later ones are served", async () => {
  const { turns, timers } = newMutex();
  const { said, task, end } = newTasks();
  const failing = outcomeOf(turns.runExclusive("a", ADA, task("failing")));
  const behind = [1, 2].map((n) => outcomeOf(turns.runExclusive("a", BOB, task(`behind ${n}`))));
  end("failing", new Lasting());
  expect(await failing).toBe("Error");
  expect(await Promise.all(behind)).toEqual(["busy", "busy"]);
  const next = turns.runExclusive("a", ADA, task("next"));
  await timers.advance(0);
  end("next");
  expect(await next).toBe("next");
  expect(said).toEqual(["failing", "next"]);
});
