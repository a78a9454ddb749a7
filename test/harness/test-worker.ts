/** The entry of a worker thread in tests, whose sets can be held. */
import { joinStore } from "../../src/store/open.ts";
import { serveWorker, type WorkerPort } from "../../src/workers/serve-worker.ts";
import { heldStore } from "./held-store.ts";
import { obeyOrders } from "./worker-orders.ts";

declare const self: WorkerPort;

obeyOrders();
serveWorker(self, {
  async join(share) {
    const joined = await joinStore(share);
    const gate = "gate" in share ? share.gate : undefined;
    return gate instanceof SharedArrayBuffer ? { ...joined, store: heldStore(joined.store, gate) } : joined;
  },
});
