import { StoreError } from "../store-error.ts";
import type { Commands } from "./commands.ts";
import { Connection } from "./connection.ts";
import { storeError } from "./errors.ts";
import { commitTogether } from "./group-commit.ts";
import { type FromWriter, type NumberedCommand, type SentFault, sentFault, type ToWriter } from "./writer-messages.ts";

/** What a Worker's global scope gives its code. */
export interface WriterPort {
  onmessage: ((event: MessageEvent<ToWriter>) => unknown) | null;
  postMessage(message: FromWriter): void;
}

/** Another process may write for a moment (the command line); this thread serves nobody while it waits. */
const BUSY_TIMEOUT_MS = 10_000;

/**
 * The log is folded into the database when it is this much ahead of it: 4 MB. With a million users, 64 writes at
 * once and four times as much, one write in a hundred waited 40 ms instead of 15, and no more were done.
 */
const LOG_PAGES_MAX = 1000;

/**
 * The writer's thread: owns the only connection of this server that writes. While a commit waits for the disk, what
 * arrives queues up in the thread's mailbox; the next transaction takes all of it.
 */
export function serveWriter(port: WriterPort, commands: Commands): void {
  let connection: Connection | undefined;
  let waiting: NumberedCommand[] = [];

  function commitWaiting(): void {
    if (waiting.length === 0 || connection === undefined) return;
    const batch = waiting;
    waiting = [];
    port.postMessage({ kind: "answers", answers: commitTogether(connection, batch, commands) });
    shortenLog(connection);
  }

  function close(): SentFault | undefined {
    try {
      connection?.run("PRAGMA wal_checkpoint(TRUNCATE)");
      connection?.close();
      return undefined;
    } catch (error) {
      return sentFault(storeError(error, connection?.path ?? ""));
    } finally {
      connection = undefined;
    }
  }

  port.onmessage = ({ data }) => {
    switch (data.kind) {
      case "open":
        try {
          connection = new Connection(data.path, { synchronous: data.synchronous, busyTimeoutMs: BUSY_TIMEOUT_MS });
          connection.useWriteAheadLog();
          // By itself SQLite would fold the log inside a commit, whose callers would wait for it.
          connection.exec("PRAGMA wal_autocheckpoint = 0");
          port.postMessage({ kind: "opened" });
        } catch (error) {
          port.postMessage({ kind: "refused", fault: sentFault(storeError(error, data.path)) });
        }
        break;
      case "commands":
        // After the messages that are in the mailbox already, so that they join.
        if (waiting.length === 0) setImmediate(commitWaiting);
        waiting.push(...data.commands);
        break;
      case "close":
        commitWaiting();
        port.postMessage({ kind: "closed", fault: close() });
        break;
    }
  };
}

/** What is answered is safe in the log; a disk that refuses the rest is asked again after the next transaction. */
function shortenLog(connection: Connection): void {
  try {
    const log = connection.get<{ log: number; checkpointed: number }>("PRAGMA wal_checkpoint(NOOP)");
    if (log !== undefined && log.log - log.checkpointed >= LOG_PAGES_MAX) {
      connection.run("PRAGMA wal_checkpoint(PASSIVE)");
    }
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
  }
}
