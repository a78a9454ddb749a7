/**
 * Preloaded into a server: on SIGUSR2, one of its threads that are named as HANG_THREAD says goes into a loop that never
 * ends, and a line in the log says that it has.
 */
import { endOneWorker } from "../harness/worker-orders.ts";

const OBEY = new URL("./obey-orders.ts", import.meta.url).pathname;
const name = process.env.HANG_THREAD ?? "";

globalThis.Worker = class extends Worker {
  constructor(url: string | URL, options: WorkerOptions = {}) {
    super(url, options.name?.startsWith(name) ? { ...options, preload: [OBEY] } : options);
  }
};

process.on("SIGUSR2", async () => {
  await endOneWorker("loop");
  process.stderr.write(`${JSON.stringify({ event: "threadHangs" })}\n`);
});
