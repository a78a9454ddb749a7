import { describe, expect, test } from "bun:test";
import { joinMysqlStore } from "../../src/store/mysql/shared-store.ts";
import { mariadbIsMissing } from "../harness/mariadb.ts";
import { mysqlFixture, sized, stored, userAt } from "./mysql-fixture.ts";
import { QueriesSent } from "./queries-sent.ts";

const ADA = userAt(0);
const STALENESS_MS = 400;
const MEMORY = { cacheBytes: 1_000_000, stalenessMs: STALENESS_MS };

describe.skipIf(mariadbIsMissing())("with reads that may be stale", () => {
  test("a user is read from memory, but no longer than allowed after another server's change", async () => {
    await using fixture = await mysqlFixture(1);
    const reader = await fixture.another(MEMORY);
    const first = await stored(reader, fixture.app, ADA);
    {
      using sent = new QueriesSent();
      for (let count = 0; count < 100; count++) expect(await stored(reader, fixture.app, ADA)).toEqual(first);
      expect(sent.count).toBe(0);
    }
    for (let bytes = 5; bytes < 8; bytes++) {
      const write = sized(fixture.app, ADA, await stored(fixture.store, fixture.app, ADA), bytes);
      expect(await fixture.store.writeAttributes(write)).toBe("written");
      const from = performance.now();
      while ((await stored(reader, fixture.app, ADA)).bytes !== bytes) {
        expect(performance.now() - from).toBeLessThan(STALENESS_MS + 50);
        await Bun.sleep(5);
      }
    }
  });

  test("a server sees its own changes immediately, in all its threads", async () => {
    await using fixture = await mysqlFixture(2);
    const { app } = fixture;
    const owner = await fixture.another(MEMORY);
    const shared = owner.share(MEMORY.cacheBytes);
    await using thread = joinMysqlStore(shared.share);
    for (let bytes = 5; bytes < 60; bytes++) {
      const [writer, reader] = bytes % 2 === 0 ? [owner, thread] : [thread, owner];
      await stored(reader, app, ADA);
      // Reads in flight, which may return the previous value.
      const early = Array.from({ length: 4 }, () => stored(reader, app, ADA));
      const write = sized(
        app,
        ADA,
        (await fixture.store.attributes(app.number, ADA)) ?? (await stored(owner, app, ADA)),
        bytes,
      );
      expect(await writer.writeAttributes(write)).toBe("written");
      expect((await stored(reader, app, ADA)).bytes).toBe(bytes);
      await Promise.all(early);
      expect((await stored(reader, app, ADA)).bytes).toBe(bytes);
    }
    await stored(thread, app, ADA);
    await owner.clearAttributes(app.number, ADA, 2000);
    expect((await stored(thread, app, ADA)).json).toBe("{}");
    await owner.deleteUsers(app.number, [ADA], 2000);
    expect(await thread.attributes(app.number, ADA)).toBeUndefined();
    await stored(thread, app, userAt(1));
    await owner.deleteApp(app.number, 2000);
    expect(await thread.attributes(app.number, userAt(1))).toBeUndefined();
  });
});
