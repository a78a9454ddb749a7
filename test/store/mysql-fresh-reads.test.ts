import { describe, expect, test } from "bun:test";
import { mariadbIsMissing, sharedMariadb } from "../harness/mariadb.ts";
import { AnswerGate } from "./mysql-answer-gate.ts";
import { mysqlFixture, sized, stored, userAt } from "./mysql-fixture.ts";

const ADA = userAt(0);

describe.skipIf(mariadbIsMissing())("a read", () => {
  test("never joins a query that was sent before it and may have read too early", async () => {
    await using stack = new AsyncDisposableStack();
    const fixture = stack.use(await mysqlFixture(1));
    const gate = stack.use(await AnswerGate.before((await sharedMariadb()).port));
    const store = await fixture.another({ port: gate.port });
    const before = await stored(store, fixture.app, ADA);

    const { answered } = gate.keep();
    const early = stored(store, fixture.app, ADA);
    await answered;
    // The query of the early read has been answered, and its answer is in flight.
    expect(await fixture.store.writeAttributes(sized(fixture.app, ADA, before, 20))).toBe("written");
    const late = [stored(store, fixture.app, ADA), store.attributesOf(fixture.app.number, [ADA])] as const;
    // They were sent, or wait for a connection.
    await new Promise(setImmediate);
    gate.release();
    expect((await early).bytes).toBe(0);
    expect((await late[0]).bytes).toBe(20);
    expect((await late[1])[0]?.bytes).toBe(20);
  });

  test("that waits for a connection reads when it gets one", async () => {
    await using stack = new AsyncDisposableStack();
    const fixture = stack.use(await mysqlFixture(20));
    const gate = stack.use(await AnswerGate.before((await sharedMariadb()).port));
    const store = await fixture.another({ port: gate.port });
    const all = Array.from({ length: 20 }, (_, index) => userAt(index));
    await Promise.all(all.map((user) => stored(store, fixture.app, user)));
    const before = await stored(store, fixture.app, ADA);

    const { answered } = gate.keep();
    // In separate turns of the event loop, so that every connection is busy before the last of them comes.
    const early: Promise<unknown>[] = [];
    for (const user of all) {
      early.push(stored(store, fixture.app, user));
      await new Promise(setImmediate);
    }
    await answered;
    expect(await fixture.store.writeAttributes(sized(fixture.app, ADA, before, 20))).toBe("written");
    const late = stored(store, fixture.app, ADA);
    gate.release();
    expect((await late).bytes).toBe(20);
    await Promise.all(early);
  });
});
