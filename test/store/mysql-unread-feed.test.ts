import { describe, expect, test } from "bun:test";
import { send, signIn } from "../harness/client.ts";
import { eventually } from "../harness/eventually.ts";
import { mariadbIsMissing, sharedMariadb } from "../harness/mariadb.ts";
import { startTestService } from "../harness/service.ts";
import { EVERYWHERE_MS } from "../wire/revocation/revocations.ts";

const BROKEN = {
  "cannot be read": {
    begin: ["RENAME TABLE changes TO changes_away"],
    feed: "changes_away",
    end: ["RENAME TABLE changes_away TO changes"],
  },
  "is read": { begin: [], feed: "changes", end: [] },
};

describe.skipIf(mariadbIsMissing())("a token revoked by another server", () => {
  for (const workers of [1, 2]) {
    for (const [how, { begin, feed, end }] of Object.entries(BROKEN)) {
      test(`ends within the second or is answered 503 while the feed ${how}, with ${workers} worker(s)`, async () => {
        const mariadb = await sharedMariadb();
        await using database = await mariadb.freshDatabase();
        await using service = await startTestService({ storeUrl: database.url, workers });
        const admin = await signIn(service);
        const token = await admin.newUser("ada");
        const get = () => send("GET", `${service.base}/metadata/user/ada`, { token, headers: { connection: "close" } });
        const statuses = async () =>
          new Set((await Promise.all(Array.from({ length: 20 }, get))).map(({ status }) => status));
        expect(await statuses()).toEqual(new Set([200]));

        for (const sql of begin) await database.query(sql);
        // As another server would.
        await database.query("UPDATE users SET tokens_valid_after = tokens_valid_after + 1");
        await database.query("UPDATE counters SET value = value + 1 WHERE name = 'changes'");
        await database.query(
          `INSERT INTO ${feed} (position, at, kind, user_id) SELECT value, 0, 'user', id FROM counters, users ` +
            "WHERE counters.name = 'changes' AND users.name = 'ada'",
        );
        await eventually(async () => expect((await statuses()).has(200)).toBe(false), EVERYWHERE_MS);
        const ready = await send("GET", `${service.origin}/-/ready`);
        expect(ready.status).toBe(begin.length === 0 ? 200 : 503);
        for (const sql of end) await database.query(sql);
        await eventually(async () => expect((await send("GET", `${service.origin}/-/ready`)).status).toBe(200));
        await eventually(async () => expect(await statuses()).toEqual(new Set([401])));
      }, 30_000);
    }
  }
});
