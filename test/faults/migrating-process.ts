/** A separate process that migrates the store of its first argument, as a server does at startup. */
import { migrateForServer, openStore, parseStoreUrl } from "../../src/store/open.ts";

const [url = ""] = process.argv.slice(2);
const location = parseStoreUrl(url);
if (typeof location === "string") throw new Error(location);
process.stdout.write("migrating\n");
await migrateForServer(location);
const store = await openStore(location, { exclusive: true, listen: "" });
process.stdout.write("migrated\n");
await store[Symbol.asyncDispose]();
