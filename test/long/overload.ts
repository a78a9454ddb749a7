/** One greedy client beside a modest one on an overloaded thread, at any length. */
import { expect } from "bun:test";
import { join } from "node:path";
import { OPERATOR_KEY, UsermetaProcess, withDescriptors } from "../harness/usermeta-process.ts";
import { sendAgain } from "./sent-again.ts";

export interface Overload {
  readonly greedyConnections: number;
  readonly seconds: number;
}

const HEALTH = "GET /-/health HTTP/1.1\r\nHost: localhost\r\n\r\n";
const TARGETS = JSON.stringify({ targets: Array.from({ length: 100 }, (_, index) => `user${index}`), properties: [] });
/** A request that costs the server more than its client. */
const BATCH = [
  "POST /org/app/metadata/user/get HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json",
  `Authorization: Bearer ${OPERATOR_KEY}\r\nContent-Length: ${TARGETS.length}\r\n\r\n${TARGETS}`,
].join("\r\n");
const PAUSE_MS = 20;

/** The modest client, and health checks, must wait far less than the greedy client does for its own requests. */
export async function checkFairThread({ greedyConnections, seconds }: Overload): Promise<void> {
  await using server = new UsermetaProcess("memory:", {}, withDescriptors(2 * greedyConnections));
  const port = Number(new URL(await server.origin()).port);
  const script = join(import.meta.dir, "greedy-client.ts");
  const command = [script, String(port), String(greedyConnections), String(seconds), BATCH];
  const child = Bun.spawn([process.execPath, ...command], { stdout: "pipe", stderr: "inherit" });
  const lines = child.stdout.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
  expect((await lines.next()).value).toContain("begun");
  using health = sendAgain(port, HEALTH, "127.0.0.1", PAUSE_MS);
  using modest = sendAgain(port, BATCH, "127.0.0.2", PAUSE_MS);
  const greedyMs = Number((await lines.next()).value);

  expect([...modest.statuses]).toEqual(["200"]);
  expect(median(modest.waits)).toBeLessThan(greedyMs / 2);
  expect(median(health.waits)).toBeLessThan(greedyMs / 2);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
