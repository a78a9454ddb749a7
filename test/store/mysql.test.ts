import { describe } from "bun:test";
import { describeReopening } from "../contract/every-part/reopening.ts";
import { describeStore } from "../contract/store.ts";
import { mariadbIsMissing } from "../harness/mariadb.ts";
import { openJoinedMysql, openMysql } from "./open-mysql.ts";

/** Small, so that cached copies are evicted again and again. */
const AGEING = { cacheBytes: 20_000, stalenessMs: 60_000 };

describe.skipIf(mariadbIsMissing())("on MariaDB", () => {
  describeStore("mysql", () => openMysql());
  describeStore("mysql with attributes in memory", () => openMysql(AGEING), { authority: false });
  describeStore("mysql as a worker serves it", () => openJoinedMysql(AGEING.cacheBytes));
  describeReopening(() => openMysql());
});
