import { getPriority, setPriority } from "node:os";
import { outlineOf } from "../../../core/faults/error-outline.ts";
import { startHeartbeat } from "../../../core/faults/heartbeat.ts";
import { onCrash } from "../../../system/crash.ts";
import { ownTask } from "../../../system/tasks.ts";
import { systemTimers } from "../../../system/timers.ts";
import type { Commands } from "../commands/commands.ts";
import { storeError } from "../connection/errors.ts";
import { LOG_BOUNDS } from "../files/log-watch.ts";
import { FileWriter } from "./file-writer.ts";
import { type FromWriter, sentFault, type ToWriter } from "./writer-messages.ts";

/** The global scope of a Worker. */
export interface WriterPort {
  onmessage: ((event: MessageEvent<ToWriter>) => unknown) | null;
  postMessage(message: FromWriter): void;
}

/**
 * The thread's niceness: if both want a core, reads go before writes. With 64 clients that set and 64 that read on one
 * core, reads reached 0.55 of their rate alone instead of 0.37, and sets 0.85 of theirs beside reads. Sets alone were
 * as fast as before, because the serving thread waits for them.
 */
const NICENESS = 7;

/** Runs the writer's thread, which owns the server's only writing connection. */
export function serveWriter(port: WriterPort, commands: Commands, bounds = LOG_BOUNDS): void {
  yieldToReads();
  onCrash((error) => port.postMessage({ kind: "crashed", error: outlineOf(error) }));
  let writer: FileWriter | undefined;

  port.onmessage = ({ data }) => {
    switch (data.kind) {
      case "open":
        try {
          writer = new FileWriter(data, { table: commands, bounds, tell: (message) => port.postMessage(message) });
          // Only now: recovering a long WAL after a crash may take long.
          startHeartbeatIfObservable(data.heartbeat);
          port.postMessage({ kind: "opened" });
        } catch (error) {
          port.postMessage({ kind: "refused", fault: sentFault(storeError(error, data.path)) });
        }
        break;
      case "client":
        writer?.serve(data.port, data.claim);
        break;
      case "close":
        port.postMessage({ kind: "closed", fault: writer?.close() });
        break;
    }
  };
}

/**
 * Sends a heartbeat only if the system can tell that the thread waits for its disk. Otherwise a thread that waits must
 * not be ended: its commit may succeed the next moment, and its callers were answered in time.
 */
function startHeartbeatIfObservable(heartbeat: SharedArrayBuffer): void {
  const task = ownTask();
  if (task !== 0) startHeartbeat(heartbeat, systemTimers, task);
}

/** Never fails: a user without privileges may not lower a niceness that is higher already. */
function yieldToReads(): void {
  // On other systems it would apply to the whole process.
  if (process.platform !== "linux") return;
  try {
    if (getPriority() < NICENESS) setPriority(NICENESS);
  } catch {
    // A sandbox may forbid the call altogether.
  }
}
