import { createApps } from "../../src/core/apps/apps.ts";
import { type App, appKey } from "../../src/core/model.ts";
import { Connection } from "../../src/store/sqlite/connection/connection.ts";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import { systemClock as clock } from "../../src/system/clock.ts";
import { systemDigest as digest } from "../../src/system/digest.ts";
import { systemRandom as random } from "../../src/system/random.ts";
import { FIRST_USER } from "../load/request.ts";
import { checkSeeds } from "./check-seeds.ts";

export const APP = "bench/app";

/** Users of one transaction. */
const PORTION = 200_000;
const CACHE_KIB = 2_097_152;

/**
 * Fills a fresh store with an app without rates and this many users, each with the five attributes that chat apps
 * use. They are inserted in an order other than that of their names, as in practice.
 */
export async function seedStore(path: string, count: number, signal: AbortSignal): Promise<void> {
  const app = await createApp(path);
  const connection = new Connection(path, { synchronous: "OFF" });
  try {
    // An interrupted store is discarded.
    connection.get("PRAGMA journal_mode = OFF");
    connection.exec(`PRAGMA cache_size = -${CACHE_KIB}`);
    const created = Date.now() - count;
    for (let from = 0; from < count; from += PORTION) {
      signal.throwIfAborted();
      connection.run(INSERT, app.number, count, created, from, Math.min(from + PORTION, count));
      await Bun.sleep(0);
    }
    connection.run(
      "UPDATE app_usage SET used = (SELECT coalesce(sum(bytes), 0) FROM users WHERE users.app = ?1) WHERE app = ?1",
      app.number,
    );
    checkSeeds(connection, app.number, count);
  } finally {
    connection.close();
  }
}

async function createApp(path: string): Promise<App> {
  const key = appKey(APP);
  if (key === undefined) throw new Error(`${APP} is no app key`);
  await using store = await openSqliteStore(path);
  const made = await createApps({ store, clock, random, digest }).create(key, { ratePerSecond: 0 });
  if (made === "taken") throw new Error(`${path} is no fresh store`);
  return made.app;
}

/** ?1 the app, ?2 all users, ?3 when the first was created, ?4 and ?5 from and below which row. */
const INSERT = `
  WITH RECURSIVE
    rows (row) AS (VALUES (?4) UNION ALL SELECT row + 1 FROM rows WHERE row + 1 < ?5),
    -- A multiplier without a factor in common with a power of ten: every user once.
    numbers AS (SELECT row, row * 6180339 % ?2 AS number FROM rows),
    texts AS (
      SELECT row, number, 'u' || (${FIRST_USER} + number) AS name,
        CASE WHEN number % 10 = 3 THEN '小明' || number ELSE 'Nick u' || (${FIRST_USER} + number) END AS nickname,
        CASE WHEN number % 10 = 3 THEN '你好，很高兴认识你'
             WHEN number % 10 = 7 THEN 'On the road 🚀🌍' ELSE 'Hello there, friends' END AS sign,
        '' || number % 3 AS gender,
        'level=' || number % 50 || ';vip=' || number % 2 AS ext
      FROM numbers
    ),
    urls AS (SELECT *, 'https://cdn.example.com/avatars/' || name || '.png' AS avatarurl FROM texts)
  INSERT INTO users (row, app, name, id, activated, created, modified, tokens_valid_after, bytes, version,
    attributes_modified, attributes)
  SELECT row + 1, ?1, name, printf('%08x-0000-4000-8000-%012x', number * 2654435761 & 0xffffffff, number), 1,
    ?3 + row, ?3 + row, 0,
    octet_length('avatarurlextgendernicknamesign' || avatarurl || ext || gender || nickname || sign), 1, ?3 + row,
    '{"avatarurl":"' || avatarurl || '","ext":"' || ext || '","gender":"' || gender || '","nickname":"' || nickname ||
    '","sign":"' || sign || '"}'
  FROM urls`;
