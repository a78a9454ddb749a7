import { expect, test } from "bun:test";
import { InTurn } from "../../src/core/in-turn.ts";

test("tasks of one key run one after the other in the order of their calls, those of another meanwhile", async () => {
  const turns = new InTurn();
  const said: string[] = [];
  const gates = Array.from({ length: 3 }, () => Promise.withResolvers<void>());
  const task = (name: string, gate: Promise<void>) => async () => {
    said.push(`${name} begins`);
    await gate;
    said.push(`${name} ends`);
    return name;
  };
  const first = turns.run("ada", task("first", gates[0]?.promise ?? Promise.resolve()));
  const second = turns.run("ada", task("second", gates[1]?.promise ?? Promise.resolve()));
  const other = turns.run("bob", task("other", gates[2]?.promise ?? Promise.resolve()));
  gates[1]?.resolve();
  gates[2]?.resolve();
  expect(await other).toBe("other");
  expect(said).toEqual(["first begins", "other begins", "other ends"]);
  gates[0]?.resolve();
  expect(await Promise.all([first, second])).toEqual(["first", "second"]);
  expect(said.slice(3)).toEqual(["first ends", "second begins", "second ends"]);
});

test("a task that fails fails for its caller, and the next one has its turn", async () => {
  const turns = new InTurn();
  const failing = turns.run("ada", () => Promise.reject(new Error("no")));
  const next = turns.run("ada", async () => "yes");
  expect(await failing.catch((error) => error.message)).toBe("no");
  expect(await next).toBe("yes");
  expect(await turns.run("ada", async () => "again")).toBe("again");
});
