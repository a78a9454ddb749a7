import { describe, expect, test } from "bun:test";
import { StoreFailure } from "../../src/core/faults/store-failure.ts";
import { createEvents, type OperatorEvents } from "../../src/ops/events.ts";
import { openLog } from "../../src/ops/log.ts";
import { createTestTimers, type TestTimers } from "../harness/test-timers.ts";

interface Line {
  readonly event: string;
  readonly outage?: string;
  readonly requestId?: string;
  readonly lastedMs?: number;
  readonly failed?: unknown;
}

interface Operator {
  readonly events: OperatorEvents;
  readonly timers: TestTimers;
  /** The lines logged since the last call. */
  lines(): readonly Line[];
}

function operator(): Operator {
  const timers = createTestTimers();
  let lines: Line[] = [];
  const output = { write: (line: string) => void lines.push(JSON.parse(line)) };
  return {
    events: createEvents(openLog("json", output), timers),
    timers,
    lines() {
      const logged = lines;
      lines = [];
      return logged;
    },
  };
}

let requests = 0;

function fail({ events }: Operator, error: unknown): void {
  requests += 1;
  events.requestFailed({ requestId: `r-${requests}`, method: "PUT", route: "/metadata/user/{username}", error });
}

const LOCKED = new StoreFailure("the file is locked", true, undefined, "busy");
const AWAY = new StoreFailure("the database cannot be reached", true, undefined, "unreachable");
const FULL = new StoreFailure("the disk is full", true, undefined, "full");

describe("an outage of the store", () => {
  test("is one line when it begins, one a minute with the number of failures, and one when it is over", async () => {
    const log = operator();
    let isUsable = false;
    log.events.checkStoreBy(() => (isUsable ? Promise.resolve() : Promise.reject(LOCKED)));
    // Ten a second, for two and a half minutes.
    for (let time = 0; time < 1500; time++) {
      fail(log, LOCKED);
      await log.timers.advance(100);
    }
    const [began, ...lasts] = log.lines();
    expect(began).toMatchObject({ event: "requestFailed", outage: "store", requestId: expect.any(String) });
    expect(lasts).toMatchObject([
      { event: "outageLasts", outage: "store", lastedMs: 60_000 },
      { event: "outageLasts", outage: "store", lastedMs: 120_000 },
    ]);
    const counted = lasts.map(({ failed }) => failed as { readonly requestFailed: number }); // as: the test's own
    for (const { requestFailed } of counted) expect(Math.abs(requestFailed - 600)).toBeLessThanOrEqual(2);

    isUsable = true;
    await log.timers.advance(30_000);
    expect(log.lines()).toMatchObject([
      { event: "outageOver", outage: "store", lastedMs: 149_900, failed: { requestFailed: 1500 } },
    ]);
    await log.timers.advance(600_000);
    expect(log.lines()).toEqual([]);
  });

  test("is one, whichever of its sides fails: requests, the changes of others, the start", async () => {
    const log = operator();
    log.events.checkStoreBy(() => Promise.resolve());
    log.events.storeUnreachable({ store: "mysql://h/d", error: AWAY });
    fail(log, LOCKED);
    fail(log, new StoreFailure("it is not known what became of a write", false, undefined, "outcome_unknown"));
    fail(log, new StoreFailure("the change feed could not be read", true));
    log.events.refreshFailed(AWAY, 7);
    await log.timers.advance(30_000);
    expect(log.lines()).toMatchObject([
      { event: "storeUnreachable", outage: "store" },
      { event: "outageOver", failed: { storeUnreachable: 1, requestFailed: 3, refreshFailed: 7 } },
    ]);
  });

  test("of another kind, which needs another remedy, is another", () => {
    const log = operator();
    for (let time = 0; time < 3; time++) {
      fail(log, AWAY);
      fail(log, new StoreFailure("a call could not be finished", false, FULL));
    }
    expect(log.lines()).toMatchObject([{ outage: "store" }, { outage: "store: full" }]);
  });

  test("continues while the store is unusable, even without requests", async () => {
    const log = operator();
    let checks = 0;
    log.events.checkStoreBy(() => {
      checks += 1;
      return Promise.reject(AWAY);
    });
    fail(log, AWAY);
    await log.timers.advance(125_000);
    expect(log.lines().map(({ event }) => event)).toEqual(["requestFailed", "outageLasts", "outageLasts"]);
    expect(checks).toBeLessThanOrEqual(13);
  });

  test("that comes and goes within seconds is one", async () => {
    const log = operator();
    log.events.checkStoreBy(() => Promise.resolve());
    for (let time = 0; time < 10; time++) {
      fail(log, AWAY);
      await log.timers.advance(9000);
    }
    expect(log.lines().map(({ event }) => event)).toEqual(["requestFailed", "outageLasts"]);
    await log.timers.advance(20_000);
    expect(log.lines()).toMatchObject([{ event: "outageOver", failed: { requestFailed: 10 } }]);
  });

  test("that is in progress when the process ends is counted before the end", () => {
    for (const end of ["stopped", "crashed"] as const) {
      const log = operator();
      for (let time = 0; time < 5; time++) fail(log, AWAY);
      log.events[end](new Error("gone"));
      expect(log.lines()).toMatchObject([
        { event: "requestFailed" },
        { event: "outageLasts", failed: { requestFailed: 4 } },
        { event: end },
      ]);
    }
  });
});

describe("a fault in the program", () => {
  const unreadable = (): unknown => JSON.parse("hush");
  const missing = (): unknown => Object.create(null).none.none;

  function thrown(call: () => unknown): unknown {
    try {
      return call();
    } catch (error) {
      return error;
    }
  }

  test("is logged once with its place, however often it occurs, and separately from every other", async () => {
    const log = operator();
    for (let time = 0; time < 1000; time++) for (const call of [unreadable, missing]) fail(log, thrown(call));
    const lines = log.lines();
    expect(lines).toMatchObject([
      { event: "requestFailed", error: { type: "SyntaxError" } },
      { event: "requestFailed", error: { type: "TypeError" } },
    ]);
    for (const { outage } of lines) expect(outage).toMatch(/^(Syntax|Type)Error at outage-log\.test\.ts:\d+$/);
    expect(JSON.stringify(lines)).not.toContain("hush");
    await log.timers.advance(120_000);
    expect(log.lines()).toMatchObject([
      { event: "outageOver", failed: { requestFailed: 1000 } },
      { event: "outageOver", failed: { requestFailed: 1000 } },
    ]);
  });

  test("in very many places makes a bounded number of lines", () => {
    const log = operator();
    for (let place = 0; place < 1000; place++) {
      fail(log, Object.assign(new Error("x"), { stack: `Error: x\n    at f (/srv/file.ts:${place}:1)` }));
    }
    expect(log.lines()).toHaveLength(101);
  });
});

test("the keys of each issuer are an outage, which is over when they can be fetched again", async () => {
  const log = operator();
  const error = new Error("no");
  for (let time = 0; time < 20; time++) {
    for (const issuer of ["https://a", "https://b"]) log.events.keysUnavailable({ issuer, error });
    log.events.secretUnreadable({ path: "/etc/secret", error });
    await log.timers.advance(1000);
  }
  expect(log.lines()).toMatchObject([
    { event: "keysUnavailable", issuer: "https://a" },
    { event: "keysUnavailable", issuer: "https://b" },
    { event: "secretUnreadable", path: "/etc/secret" },
  ]);
  log.events.keysAvailable({ issuer: "https://a" });
  log.events.secretReadable({ path: "/etc/secret" });
  await log.timers.advance(20_000);
  expect(log.lines()).toMatchObject([
    { event: "outageOver", outage: "keys of https://a", failed: { keysUnavailable: 20 } },
    { event: "outageOver", outage: "secrets in /etc/secret" },
  ]);
  // No request needs the other ones any more.
  await log.timers.advance(700_000);
  expect(log.lines().map(({ event }) => event)).toEqual(["outageLasts", "outageOver"]);
});

test("a lost file is the one line that says so, its failures a count each minute, and the one line that it is over", async () => {
  const log = operator();
  const lost = new StoreFailure("the file has been moved", true, undefined, "file_lost");
  fail(log, lost);
  log.events.storeTroubled({ kind: "file_lost", message: "the file has been moved" });
  for (let second = 0; second < 90; second++) {
    fail(log, lost);
    await log.timers.advance(1000);
  }
  expect(log.lines()).toMatchObject([
    { event: "storeTroubled" },
    { event: "outageLasts", outage: "store: file_lost", failed: { requestFailed: expect.any(Number) } },
  ]);
  log.events.storeTroubleOver("file_lost");
  await log.timers.advance(60_000);
  expect(log.lines()).toMatchObject([{ event: "storeTroubleOver", failed: { requestFailed: 91 } }]);
});
