import { expect, test } from "bun:test";
import { OperatorError } from "../../src/core/faults/operator-error.ts";
import { StoreFailure } from "../../src/core/faults/store-failure.ts";
import { createEvents, type OperatorEvents } from "../../src/ops/events.ts";
import { openLog } from "../../src/ops/log.ts";
import { createTestTimers } from "../harness/test-timers.ts";

type Format = Parameters<typeof openLog>[0];

function logged(format: Format, tell: (events: OperatorEvents) => void, isTTY = false): string {
  let text = "";
  tell(createEvents(openLog(format, { isTTY, write: (line: string) => (text += line) }), createTestTimers()));
  return text;
}

const FAILED = { requestId: "r-1", method: "PUT", route: "/metadata/user/{username}" };

/** Recovery events are logged later, or only counted. */
type Silent = "secretReadable" | "keysAvailable" | "checkStoreBy";

const EVERY_EVENT: { readonly [Name in Exclude<keyof OperatorEvents, Silent>]: (events: OperatorEvents) => void } = {
  serving: (events) => events.serving({ url: "http://x:1", store: "memory:", apps: 2 }),
  pagesBuilt: (events) => events.pagesBuilt({ ms: 1200 }),
  pagesMissing: (events) => events.pagesMissing(),
  pagesFailed: (events) => events.pagesFailed({ reason: "no disk" }),
  storeUnreachable: (events) => events.storeUnreachable({ store: "mysql://u@h:3306/d", error: new Error("no way") }),
  holderAwaited: (events) => events.holderAwaited("data/usermeta.db was served elsewhere"),
  stopping: (events) => events.stopping(),
  leftOpen: (events) => events.leftOpen("worker 2"),
  closeFailed: (events) => events.closeFailed(new Error("no disk")),
  stopped: (events) => events.stopped(),
  requestFailed: (events) => events.requestFailed({ ...FAILED, error: new Error("no disk") }),
  connectionsNearMax: (events) => events.connectionsNearMax({ open: 900, max: 1000 }),
  secretUnreadable: (events) => events.secretUnreadable({ path: "/etc/secret", error: new Error("no file") }),
  secretKept: (events) => events.secretKept({ reason: "the file is empty" }),
  keysUnavailable: (events) => events.keysUnavailable({ issuer: "https://id.example", error: new Error("no keys") }),
  keyUnusable: (events) => events.keyUnusable({ issuer: "https://id.example", kid: "one", reason: "it is too short" }),
  tokenRefused: (events) =>
    events.tokenRefused({ app: "a/b", kind: "jwt", failed: "kid", detail: "no such key", more: 3 }),
  refreshFailed: (events) => events.refreshFailed(new Error("no disk")),
  writerEnded: (events) => events.writerEnded(new Error("no disk")),
  threadSilent: (events) => events.threadSilent({ thread: "worker 2", silentMs: 8100 }),
  workerEnded: (events) => events.workerEnded(new Error("no disk")),
  storeTroubled: (events) => events.storeTroubled({ kind: "log_long", message: "the log is long" }),
  storeTroubleOver: (events) => events.storeTroubleOver("log_long"),
  storeFailed: (events) => events.storeFailed(new Error("no disk")),
  crashed: (events) => events.crashed(new Error("no disk")),
};

for (const [name, tell] of Object.entries(EVERY_EVENT)) {
  test(`${name}: one line of JSON, some text for people, nothing when off`, () => {
    const json = logged("json", tell);
    expect(json).toEndWith("\n");
    expect(JSON.parse(json)).toMatchObject({ event: name, time: expect.any(String), level: expect.any(String) });
    expect(json.trimEnd()).not.toContain("\n");
    expect(logged("pretty", tell)).toContain(JSON.parse(json).msg);
    expect(logged("off", tell)).toBe("");
  });
}

test("a failed request is logged with its id, its route, and the permitted parts of the error and its cause", () => {
  const cause = Object.assign(new Error("Duplicate entry 'ada'"), { code: "ER_DUP_ENTRY", errno: 1062 });
  const error = new StoreFailure("the disk is full", true, cause, "full");
  const line = JSON.parse(logged("json", (events) => events.requestFailed({ ...FAILED, error })));
  expect(line).toMatchObject({ level: "error", ...FAILED, outage: "store: full" });
  expect(line.error).toMatchObject({ type: "StoreFailure", message: "the disk is full", fault: "full" });
  expect(line.error.cause).toMatchObject({ type: "Error", code: "ER_DUP_ENTRY", errno: 1062 });
  expect(line.error.stack).toMatch(/^\s+at .*log\.test\.ts:\d+/);
  expect(JSON.stringify(line)).not.toContain("'ada'");
});

test("a text of ours masks everything that looks like a secret", () => {
  const hush = ["YWMtAQIDBAUGBwgJ", "YXA6DATHH1NIKiBj92bOkuWz8Dlp", "operator-key-0123456"];
  const [token, secret, key] = hush;
  const error = new OperatorError(`token ${token}`, new OperatorError(`Bearer ${key} client_secret=${secret}`));
  for (const format of ["json", "pretty"] as const) {
    const text = logged(format, (events) => events.requestFailed({ ...FAILED, error }));
    for (const part of hush) expect(text).not.toContain(part);
    expect(text).toContain("YWMt***");
  }
  expect(logged("json", (events) => events.refreshFailed(`thrown text ${token}`))).not.toContain(token ?? "?");
});

test("lines are coloured on a terminal only", () => {
  const tell = (events: OperatorEvents): void => events.stopped();
  expect(logged("pretty", tell, true)).toContain("\u001b[");
  expect(logged("pretty", tell, false)).not.toContain("\u001b[");
});
