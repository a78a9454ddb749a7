/**
 * Another process at a store. `hold PATH LISTEN` serves it until it is killed; `create PATH KEY` opens it, makes an
 * app and ends; `lock PATH` holds the write lock of the file until it is killed. Prints one line of
 * JSON: its result, or the fault.
 */
import { Connection } from "../../src/store/sqlite/connection/connection.ts";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import { StoreError } from "../../src/store/store-error.ts";
import { newApp } from "./sqlite-fixture.ts";

const HELD_MS = 60_000;

const [, , what, path = "", text = ""] = process.argv;

try {
  if (what === "hold") {
    await openSqliteStore(path, { exclusive: true, listen: text });
    console.log(JSON.stringify({ holding: process.pid }));
  } else if (what === "lock") {
    const connection = new Connection(path);
    connection.exec("BEGIN IMMEDIATE");
    console.log(JSON.stringify({ holding: process.pid }));
    await new Promise((resolve) => setTimeout(resolve, HELD_MS));
    connection.rollback();
  } else {
    await using store = await openSqliteStore(path);
    const app = await store.insertApp(newApp(text));
    console.log(JSON.stringify({ app: app === "taken" ? app : app.number }));
  }
} catch (error) {
  if (!(error instanceof StoreError)) throw error;
  console.log(JSON.stringify({ fault: error.fault, message: error.message }));
}
