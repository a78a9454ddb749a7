import { getPriority, setPriority } from "node:os";
import { outlineOf } from "../../../core/faults/error-outline.ts";
import { beat } from "../../../core/faults/pulse.ts";
import { onCrash } from "../../../system/crash.ts";
import { ownTask } from "../../../system/tasks.ts";
import { systemTimers } from "../../../system/timers.ts";
import type { Commands } from "../commands.ts";
import { storeError } from "../errors.ts";
import { LOG_BOUNDS } from "../files/log-watch.ts";
import { FileWriter } from "./file-writer.ts";
import { type FromWriter, sentFault, type ToWriter } from "./writer-messages.ts";

/** What a Worker's global scope gives its code. */
export interface WriterPort {
  onmessage: ((event: MessageEvent<ToWriter>) => unknown) | null;
  postMessage(message: FromWriter): void;
}

/**
 * The thread's niceness: where a core is wanted by both, reads go before writes. With 64 clients that set and 64 that
 * read on one core, reads came to 0.55 of their rate alone instead of 0.37, and sets to 0.85 of theirs beside reads;
 * sets alone were as fast as before, because the serving thread waits for them.
 */
const NICENESS = 7;

/** The writer's thread: owns the only connection of this server that writes. */
export function serveWriter(port: WriterPort, commands: Commands, bounds = LOG_BOUNDS): void {
  yieldToReads();
  onCrash((error) => port.postMessage({ kind: "crashed", error: outlineOf(error) }));
  let writer: FileWriter | undefined;

  port.onmessage = ({ data }) => {
    switch (data.kind) {
      case "open":
        try {
          writer = new FileWriter(data, { table: commands, bounds, tell: (message) => port.postMessage(message) });
          // Not before: a log that a crash has left long may take long to read.
          beatWhereSeen(data.pulse);
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
 * Where the system does not tell whether it waits for its disk it must not be ended for it: the commit may be there the
 * next moment, and the callers that wait for it have been answered in time.
 */
function beatWhereSeen(pulse: SharedArrayBuffer): void {
  const task = ownTask();
  if (task !== 0) beat(pulse, systemTimers, task);
}

/** Never what keeps a server from starting: an ordinary user may not lower a niceness that is higher already. */
function yieldToReads(): void {
  // Elsewhere it would be the whole process's, of which this is one thread.
  if (process.platform !== "linux") return;
  try {
    if (getPriority() < NICENESS) setPriority(NICENESS);
  } catch {
    // A sandbox may forbid the call altogether.
  }
}
