/**
 * Another process at a store. `hold PATH LISTEN` serves it until it is killed; `create PATH KEY` opens it, makes an
 * app and ends. Says one line of JSON: what it did, or the fault.
 */
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import { StoreError } from "../../src/store/store-error.ts";
import { newApp } from "./sqlite-fixture.ts";

const [, , what, path = "", text = ""] = process.argv;

try {
  if (what === "hold") {
    await openSqliteStore(path, { exclusive: true, listen: text });
    console.log(JSON.stringify({ holding: process.pid }));
  } else {
    await using store = await openSqliteStore(path);
    const app = await store.insertApp(newApp(text));
    console.log(JSON.stringify({ app: app === "taken" ? app : app.number }));
  }
} catch (error) {
  if (!(error instanceof StoreError)) throw error;
  console.log(JSON.stringify({ fault: error.fault, message: error.message }));
}
