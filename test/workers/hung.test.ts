import { expect, test } from "bun:test";
import { signIn } from "../harness/client.ts";
import { eventually } from "../harness/eventually.ts";
import { startTestService } from "../harness/service.ts";
import { endOneWorker, HANG_KINDS } from "../harness/worker-orders.ts";

const SILENT_MAX_MS = 1500;
const REPLACED_MAX_MS = 30_000;
/** All to one of two workers happens once in a million runs. */
const CONNECTIONS = 20;

for (const kind of HANG_KINDS) {
  test(`a worker that hangs in a ${kind} is replaced`, async () => {
    await using service = await startTestService({ engine: "sqlite", workers: 2, silentMaxMs: SILENT_MAX_MS });
    const admin = await signIn(service);
    await admin.newUser("ada");
    await endOneWorker(kind);
    await eventually(async () => expect(service.faults).toHaveLength(1), REPLACED_MAX_MS);
    expect(service.silences).toHaveLength(1);
    expect(service.silences[0]?.thread).toMatch(/^worker [12]$/);
    expect(service.silences[0]?.silentMs).toBeGreaterThanOrEqual(SILENT_MAX_MS);
    const headers = { Authorization: `Bearer ${admin.token}`, Connection: "close" };
    const set = async (): Promise<number> => {
      const url = `${service.base}/metadata/user/ada`;
      const body = new URLSearchParams({ a: "b" });
      return (await fetch(url, { method: "PUT", headers, body, keepalive: false })).status;
    };
    // No connection goes to a listener that no thread serves any more.
    for (let time = 0; time < CONNECTIONS; time++) expect(await set()).toBe(200);
    expect(service.faults).toHaveLength(1);
  }, 60_000);
}
