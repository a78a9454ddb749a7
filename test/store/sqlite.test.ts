import { describeReopening } from "../contract/every-part/reopening.ts";
import { describeStore } from "../contract/store.ts";
import { openJoinedSqlite, openSqlite } from "./open-sqlite.ts";

/** Small, so that cached copies are evicted again and again. */
const CACHE_BYTES = 20_000;

describeStore("sqlite", () => openSqlite(0));
describeStore("sqlite with attributes in memory", () => openSqlite(CACHE_BYTES));
describeStore("sqlite as a worker serves it", () => openJoinedSqlite(CACHE_BYTES));
describeReopening(() => openSqlite(CACHE_BYTES));
