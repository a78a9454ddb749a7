import type { LogOutput, TextOutput } from "./command-context.ts";

/** The members of a process's output stream that are used here. */
interface Stream {
  write(text: string, done: (error?: Error | null) => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  readonly isTTY?: boolean;
}

/** The limit for characters that wait for a slow reader of the log. Further lines are dropped. */
const LOG_WAITING_MAX = 1_048_576;

/**
 * An output for the results of commands. Its reader may close the pipe, as `head` does. Without a listener, that error
 * would end the process in the middle of the command.
 */
export function steadyOutput(stream: Stream): TextOutput {
  let failure: Error | undefined;
  let waiting = 0;
  let onWritten: (() => void) | undefined;
  stream.on("error", (error) => {
    failure ??= error;
    onWritten?.();
  });
  return {
    isTTY: stream.isTTY ?? false,
    write(text) {
      waiting += 1;
      stream.write(text, (error) => {
        waiting -= 1;
        failure ??= error ?? undefined;
        if (waiting === 0) onWritten?.();
      });
    },
    async written() {
      if (waiting > 0 && failure === undefined) {
        const { promise, resolve } = Promise.withResolvers<void>();
        onWritten = resolve;
        await promise;
      }
      // A reader that has closed the pipe needs no more.
      return isBrokenPipe(failure) ? undefined : failure;
    },
  };
}

/**
 * An output for a log, which must never block a server. Lines that cannot be written, because the disk is full or the
 * pipe closed, are lost; later lines are tried again. For a slow reader, only a limited amount of text waits.
 */
export function steadyLog(stream: Stream): LogOutput {
  let waiting = 0;
  let leftOut = 0;
  stream.on("error", () => {});
  const write = (text: string): void => {
    waiting += text.length;
    stream.write(text, () => {
      waiting -= text.length;
    });
  };
  return {
    isTTY: stream.isTTY ?? false,
    write(text) {
      if (waiting + text.length > LOG_WAITING_MAX) {
        leftOut += 1;
        return;
      }
      if (leftOut > 0) {
        const note = { level: "warn", time: new Date().toISOString(), event: "logLinesLost", lines: leftOut };
        leftOut = 0;
        write(`${JSON.stringify({ ...note, msg: "the log was not read in time: lines were dropped" })}\n`);
      }
      write(text);
    },
  };
}

function isBrokenPipe(error: Error | undefined): boolean {
  return error !== undefined && "code" in error && error.code === "EPIPE";
}
