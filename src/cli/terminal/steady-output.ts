import type { LogOutput, TextOutput } from "./command-context.ts";

/** As much of a process's own stream as is used here. */
interface Stream {
  write(text: string, done: (error?: Error | null) => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  readonly isTTY?: boolean;
}

/** What waits for a reader of the log who does not read: past it, lines are left out. */
const LOG_WAITING_MAX = 1_048_576;

/**
 * For what a command answers. Its reader may go away, as `head` does; an error that nobody listens for would end the
 * process in the middle of the command.
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
      // A reader who has gone wanted no more.
      return isBrokenPipe(failure) ? undefined : failure;
    },
  };
}

/**
 * For a log, which must hold up no server: lines that cannot be written, to a full disk or to nobody, are lost, and
 * those after them are tried. What a reader does not take does not pile up.
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
        write(`${JSON.stringify({ ...note, msg: "nobody took the log: lines were left out" })}\n`);
      }
      write(text);
    },
  };
}

function isBrokenPipe(error: Error | undefined): boolean {
  return error !== undefined && "code" in error && error.code === "EPIPE";
}
