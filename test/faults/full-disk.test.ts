import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Connection } from "../../src/store/sqlite/connection/connection.ts";
import { eventually } from "../harness/eventually.ts";
import { SmallDisk, smallDiskIsMissing } from "../harness/small-disk.ts";
import { UsermetaProcess } from "../harness/usermeta-process.ts";
import { temporaryFolder } from "../store/sqlite-fixture.ts";
import { FILLED_APP, filledApp, fillStore } from "./filled-store.ts";

const USERS = Array.from({ length: 16 }, (_, index) => `user${index}`);
const VALUE_BYTES_MAX = 150_000;
const REFUSED_MIN = 40;
const LARGE_BYTES = 250_000;
const LITTLE_BYTES = 100_000;
const UNREADY = { status: 503, body: { status: "the store does not answer" } };

type Calls = ReturnType<typeof filledApp>;

describe.skipIf(smallDiskIsMissing())("a full disk", () => {
  for (const workers of [1, 2]) {
    test(`of a server of ${workers} worker(s): ready says no while sets are refused, no acknowledged set is lost, and free space ends it`, async () => {
      using disk = new SmallDisk(48);
      const path = join(disk.path, "usermeta.db");
      await fillStore(path, USERS);
      await using server = await start(path, workers);
      const calls = filledApp(await server.origin());
      const load = new Load(calls);
      await eventually(async () => expect(load.count(200)).toBeGreaterThan(USERS.length));

      disk.fill();
      await eventually(async () => expect(load.count(503)).toBeGreaterThan(REFUSED_MIN), 20_000);
      await eventually(async () => expect(await calls.ready()).toMatchObject(UNREADY));
      disk.free();
      const before = load.count(200);
      await eventually(async () => expect(await calls.ready()).toMatchObject({ status: 200 }));
      await eventually(async () => expect(load.count(200)).toBeGreaterThan(before + USERS.length));
      await load.end();
      expect(load.statuses()).toEqual([200, 503]);
      await load.check();
      expect(await server.end("SIGTERM")).toBe(0);
      checkIntegrity(path);
    }, 60_000);
  }

  test("is reported by ready, without any set before", async () => {
    using disk = new SmallDisk(16);
    const path = join(disk.path, "usermeta.db");
    await fillStore(path, USERS);
    await using server = await start(path, 1);
    const calls = filledApp(await server.origin());
    disk.fill(LITTLE_BYTES);
    // Even while small sets still have space, of which each probe uses a page.
    await eventually(async () => expect(await calls.ready()).toMatchObject(UNREADY));
    expect(await calls.set("user0", { key: "value" })).toMatchObject({ status: 200 });
    const large = "x".repeat(LARGE_BYTES);
    let sets = 0;
    await eventually(async () => {
      sets += 1;
      expect(await calls.set("user0", { key: `${sets}${large}` })).toMatchObject({ status: 503 });
    });
    expect(await calls.get("user1")).toMatchObject({ status: 200, body: { data: {} } });
    expect(await calls.ready()).toMatchObject(UNREADY);
    disk.free();
    await eventually(async () => expect(await calls.ready()).toMatchObject({ status: 200 }));
    expect(await calls.set("user0", { key: "value" })).toMatchObject({ status: 200 });
  }, 30_000);
});

test("a limit on the size of files acts like a full disk: refused for certain, and ready says no", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "usermeta.db");
  await fillStore(path, USERS);
  const LIMIT_BYTES = 2_097_152;
  const limited = ["sh", "-c", `ulimit -f ${LIMIT_BYTES / BLOCK_BYTES}; exec "$@"`, "sh"];
  // A reader prevents a restart of the log, so that it grows into the limit.
  const reader = new Connection(path);
  await using server = await start(path, 1, limited);
  const calls = filledApp(await server.origin());
  reader.exec("BEGIN");
  reader.get("SELECT count(*) FROM users");
  const load = new Load(calls);
  await eventually(async () => expect(load.count(503)).toBeGreaterThan(REFUSED_MIN), 20_000);
  // A probe needs less space than any set, and uses a page of the rest, once a second.
  await eventually(async () => expect(await calls.ready()).toMatchObject(UNREADY), 20_000);
  reader.exec("COMMIT");
  reader.close();
  await load.end();
  expect(load.statuses()).toEqual([200, 503]);
  await load.check();
  await server.end("SIGTERM");
  checkIntegrity(path);
}, 60_000);

/** Of the shell's `ulimit -f`. */
const BLOCK_BYTES = 512;

async function start(path: string, workers: number, wrapper: readonly string[] = []): Promise<UsermetaProcess> {
  const settings = { USERMETA_USER_BYTES_MAX: "262144", USERMETA_WORKERS: `${workers}` };
  const server = new UsermetaProcess(`sqlite:${path}`, settings, wrapper);
  await server.origin();
  return server;
}

/** Every user sets all the time, small and large. */
class Load {
  readonly #calls: Calls;
  readonly #counts = new Map<number, number>();
  /** The acknowledged numbers. */
  readonly #acknowledged = new Map<string, number>();
  readonly #running: Promise<unknown>;
  #isOver = false;

  constructor(calls: Calls) {
    this.#calls = calls;
    this.#running = Promise.all(USERS.map((user, index) => this.#set(user, index)));
  }

  count(status: number): number {
    return this.#counts.get(status) ?? 0;
  }

  statuses(): number[] {
    return [...this.#counts.keys()].sort();
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await this.#running;
  }

  /** The last acknowledged set is there, whole, and capacity is the sum. */
  async check(): Promise<void> {
    let sum = 0;
    for (const user of USERS) {
      const { data } = (await this.#calls.get(user)).body;
      expect(data.number).toBe(this.#acknowledged.get(user)?.toString());
      expect(data.filling).toBe(filling(Number(data.number)));
      sum += Object.entries<string>(data).reduce((bytes, [key, value]) => bytes + key.length + value.length, 0);
    }
    expect(await this.#calls.capacity()).toBe(sum);
  }

  async #set(user: string, index: number): Promise<void> {
    for (let number = index; !this.#isOver; number++) {
      const { status } = await this.#calls.set(user, { number: `${number}`, filling: filling(number) });
      this.#counts.set(status, this.count(status) + 1);
      if (status === 200) this.#acknowledged.set(user, number);
    }
  }
}

function filling(number: number): string {
  return "x".repeat((number * 7919) % VALUE_BYTES_MAX);
}

function checkIntegrity(path: string): void {
  const connection = new Connection(path);
  expect(connection.all("PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
  const sums = connection.all<{ used: number; bytes: number }>(
    "SELECT used, (SELECT sum(bytes) FROM users WHERE users.app = app_usage.app) AS bytes FROM app_usage " +
      "JOIN apps ON number = app AND app_key = ?1",
    FILLED_APP,
  );
  expect(sums.map(({ used }) => used)).toEqual(sums.map(({ bytes }) => bytes));
  connection.close();
}
