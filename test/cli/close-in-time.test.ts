import { expect, test } from "bun:test";
import { closeInTime } from "../../src/cli/serve/close-in-time.ts";
import type { StartedServer } from "../../src/cli/serve/start-server.ts";

function started(close: () => Promise<void>, closing: readonly string[] = []): StartedServer {
  const service: StartedServer["service"] = {
    url: new URL("http://127.0.0.1"),
    failed: new Promise(() => {}),
    closing: new Set(closing),
    reload() {},
    [Symbol.asyncDispose]: async () => {},
  };
  return { service, url: "", demo: undefined, hasPages: false, appCount: 0, [Symbol.asyncDispose]: close };
}

test("an error while closing is reported, and keeps no server from stopping", async () => {
  const told: unknown[] = [];
  const events = { leftOpen: (part: string) => told.push(part), closeFailed: (error: unknown) => told.push(error) };
  const failure = new Error("the disk is full");
  await closeInTime(
    started(() => Promise.reject(failure)),
    events,
  );
  expect(told).toEqual([failure]);
});

test("a part that does not close is named within the time in which a process ends", async () => {
  const told: unknown[] = [];
  const events = { leftOpen: (part: string) => told.push(part), closeFailed: (error: unknown) => told.push(error) };
  await closeInTime(
    started(() => new Promise(() => {}), ["requests under way", "the store"]),
    events,
  );
  expect(told).toEqual(["requests under way", "the store"]);
}, 60_000);
