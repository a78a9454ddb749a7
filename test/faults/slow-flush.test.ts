import { expect, test } from "bun:test";
import { join } from "node:path";
import { AttachedStrace } from "../harness/attached-strace.ts";
import { eventually } from "../harness/eventually.ts";
import { isLeftOut } from "../harness/missing-part.ts";
import { APP_KEY, OPERATOR_KEY, UsermetaProcess } from "../harness/usermeta-process.ts";
import { temporaryFolder } from "../store/sqlite-fixture.ts";

/** Longer than a thread may be silent. */
const FLUSH_US = 14_000_000;
const HEADERS = { authorization: `Bearer ${OPERATOR_KEY}` };
const CAN_TRACE = Bun.which("strace") !== null && Bun.spawnSync(["strace", "-o", "/dev/null", "true"]).success;
const NO_TRACE = isLeftOut(CAN_TRACE, "a disk whose flush takes long: there is no strace that works here");

test.skipIf(NO_TRACE)(
  "a writer that waits for a slow flush is not ended: it goes on when the disk does, and its write is there",
  async () => {
    using folder = temporaryFolder();
    await using server = new UsermetaProcess(`sqlite:${join(folder.path, "usermeta.db")}`);
    const url = `${await server.origin()}/${APP_KEY}`;
    const set = async (value: string): Promise<number> => {
      const body = new URLSearchParams({ value });
      return (await fetch(`${url}/metadata/user/ada`, { method: "PUT", headers: HEADERS, body })).status;
    };
    await fetch(`${url}/users`, {
      method: "POST",
      headers: { ...HEADERS, "content-type": "application/json" },
      body: JSON.stringify({ username: "ada", password: "a password" }),
    });
    expect(await set("before")).toBe(200);

    const inject = ["fsync", "fdatasync"].flatMap((call) => ["-e", `inject=${call}:delay_enter=${FLUSH_US}:when=1`]);
    {
      await using _slow = await AttachedStrace.to(server.pid, inject);
      // In doubt after ten seconds.
      expect(await set("during")).toBe(500);
      await eventually(async () => expect(await set("after")).toBe(200), 30_000);
    }
    expect(server.count("threadSilent")).toBe(0);
    expect(server.count("writerEnded")).toBe(0);
  },
  90_000,
);
