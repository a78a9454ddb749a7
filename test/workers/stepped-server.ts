/**
 * A server with two workers as a separate process: prints its address, and ends one of its workers for each line that it
 * is told.
 */
import { readFileSync } from "node:fs";
import { signIn } from "../harness/client.ts";
import { eventually } from "../harness/eventually.ts";
import { startTestService } from "../harness/service.ts";
import { endOneWorker } from "../harness/worker-orders.ts";

const WORKERS = 2;
const REPLACED_MAX_MS = 20_000;

const [, , ratePerSecond] = process.argv;
await using service = await startTestService({
  engine: "sqlite",
  workers: WORKERS,
  app: { ratePerSecond: Number(ratePerSecond) },
});
const { token } = await signIn(service);
console.log(JSON.stringify({ base: service.base, token }));
let ends = 0;
for await (const _ of console) {
  await endOneWorker("exit");
  ends += 1;
  await eventually(async () => {
    if (service.faults.length < ends || listeners() < WORKERS) throw new Error("it is not replaced yet");
  }, REPLACED_MAX_MS);
  console.log(JSON.stringify({ ends }));
}

/** Each worker has one, on the same port. */
function listeners(): number {
  const port = Number(new URL(service.base).port).toString(16).toUpperCase().padStart(4, "0");
  return readFileSync("/proc/self/net/tcp", "utf8").split(`:${port} 00000000:0000 0A`).length - 1;
}
