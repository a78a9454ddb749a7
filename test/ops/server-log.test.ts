/** Whole servers, as processes, whose store fails under load: what they log. */
import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { send } from "../harness/client.ts";
import { eventually } from "../harness/eventually.ts";
import { mariadbIsMissing } from "../harness/mariadb.ts";
import { ACCOUNT, MariadbServer } from "../harness/mariadb-server.ts";
import { APP_KEY, OPERATOR_KEY, UsermetaProcess } from "../harness/usermeta-process.ts";

const TIMEOUT_MS = 120_000;
const NAME = "adalovelace";
const VALUE = "hush1815";
const CALLS = 8;

interface Line {
  readonly event: string;
  readonly level: string;
  readonly outage?: string;
  readonly requestId?: string;
  readonly failed?: { readonly requestFailed?: number };
}

function linesOf({ log }: UsermetaProcess): readonly Line[] {
  return log
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

/** Concurrent sets; returns the ids of those answered 5xx. */
async function setAll(origin: string, answered: "well" | "503"): Promise<string[]> {
  const url = `${origin}/${APP_KEY}/metadata/user/${NAME}`;
  const set = () => send("PUT", url, { token: OPERATOR_KEY, form: { [VALUE]: `${VALUE}${crypto.randomUUID()}` } });
  const answers = await Promise.all(Array.from({ length: CALLS }, set));
  for (const { status } of answers) {
    if (answered === "503") expect(status).toBe(503);
    // 409: another set of the same user was faster.
    else expect([200, 409]).toContain(status);
  }
  return answers.flatMap(({ headers }) => headers.get("x-request-id") ?? []);
}

async function newUser(origin: string): Promise<void> {
  const json = { username: NAME, password: VALUE };
  const { status } = await send("POST", `${origin}/${APP_KEY}/users`, { token: OPERATOR_KEY, json });
  expect(status).toBe(200);
}

/** One line at the beginning and one at the end, with the number of failures. */
async function expectOneOutage(server: UsermetaProcess, ids: readonly string[]): Promise<void> {
  await server.logged("outageOver");
  const lines = linesOf(server).filter(({ outage }) => outage !== undefined);
  const [began, ...rest] = lines.filter(({ event }) => event !== "outageLasts");
  expect(began).toMatchObject({ level: "error", outage: "store" });
  expect(rest).toMatchObject([{ event: "outageOver", outage: "store" }]);
  const named = lines.flatMap(({ requestId }) => requestId ?? []);
  for (const id of named) expect(ids).toContain(id);
  expect(rest[0]?.failed?.requestFailed).toBe(ids.length);
  expect(server.log).not.toContain(NAME);
  expect(server.log).not.toContain(VALUE);
}

for (const workers of ["1", "2"]) {
  test(
    `${workers} workers: a locked file is one outage, whichever calls fail meanwhile`,
    async () => {
      const folder = mkdtempSync(join(tmpdir(), "usermeta-log-"));
      try {
        const path = join(folder, "usermeta.db");
        await using server = new UsermetaProcess(`sqlite:${path}`, { USERMETA_WORKERS: workers });
        const origin = await server.origin();
        await newUser(origin);
        await setAll(origin, "well");
        const other = new Database(path);
        other.exec("BEGIN IMMEDIATE");
        const ids: string[] = [];
        for (let time = 0; time < 3; time++) ids.push(...(await setAll(origin, "503")));
        other.exec("ROLLBACK");
        other.close();
        expect(ids).toHaveLength(3 * CALLS);
        await setAll(origin, "well");
        await expectOneOutage(server, ids);
        expect(await server.end("SIGTERM")).toBe(0);
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
    TIMEOUT_MS,
  );
}

describe.skipIf(mariadbIsMissing())("MariaDB", () => {
  for (const workers of ["1", "2"]) {
    test(
      `${workers} workers: a database that fails and recovers is one outage of all threads together`,
      async () => {
        await using mariadb = await MariadbServer.start();
        await mariadb.query("CREATE DATABASE usermeta CHARACTER SET utf8mb4 COLLATE utf8mb4_bin");
        await mariadb.query(`CREATE USER '${ACCOUNT.user}'@'%' IDENTIFIED BY '${ACCOUNT.password}'`);
        await mariadb.query(`GRANT ALL ON usermeta.* TO '${ACCOUNT.user}'@'%'`);
        const account = `${ACCOUNT.user}:${encodeURIComponent(ACCOUNT.password)}`;
        const url = `mysql://${account}@127.0.0.1:${mariadb.port}/usermeta`;
        await using server = new UsermetaProcess(url, { USERMETA_WORKERS: workers });
        const origin = await server.origin();
        await newUser(origin);
        await setAll(origin, "well");
        const ids: string[] = [];
        await mariadb.kill();
        for (let time = 0; time < 3; time++) ids.push(...(await setAll(origin, "503")));
        mariadb.spawn();
        await mariadb.up();
        await eventually(async () => {
          const answered = await send("GET", `${origin}/-/ready`, {});
          expect(answered.status).toBe(200);
        }, 30_000);
        await setAll(origin, "well");
        await expectOneOutage(server, ids);
        expect(server.log).not.toContain(encodeURIComponent(ACCOUNT.password));
        expect(server.log).not.toContain(ACCOUNT.password);
        expect(await server.end("SIGTERM")).toBe(0);
      },
      TIMEOUT_MS,
    );
  }
});

for (const crash of ["error", "error in a promise"]) {
  for (const format of ["json", "pretty"]) {
    test(
      `an uncaught ${crash} ends the process with code 1 and is a line of the log in ${format}`,
      async () => {
        const preload = join(import.meta.dir, "crashing.ts");
        const settings = { CRASH: crash, USERMETA_LOG: format, BUN_OPTIONS: `--preload=${preload}` };
        await using server = new UsermetaProcess("memory:", settings);
        await eventually(async () => expect(server.log).toContain("serving"), 30_000);
        process.kill(server.pid, "SIGUSR2");
        expect(await server.exited).toBe(1);
        expect(server.log).not.toContain(NAME);
        if (format === "json") {
          expect(linesOf(server).map(({ event }) => event)).toEqual(["serving", "crashed"]);
          expect(linesOf(server)[1]).toMatchObject({ level: "fatal", error: { type: "RangeError" } });
        } else {
          expect(server.log).toMatch(
            /FATAL: an unexpected fault ends the process[\s\S]*RangeError[\s\S]*crashing\.ts:\d+/,
          );
          expect(server.log).not.toContain("Bun v");
        }
      },
      TIMEOUT_MS,
    );
  }
}
