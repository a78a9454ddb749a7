import { type Logger, pino } from "pino";
import { prettyFactory } from "pino-pretty";
import { serializeError } from "./serialize-error.ts";

/** The output of the log; each call writes one line, or in the `pretty` format an error of several lines. */
export interface LogOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

/**
 * The operator's log. The `pretty` format is produced on this thread: pino's own way, a transport, needs a thread that
 * does not start in a compiled executable.
 */
export function openLog(format: "json" | "pretty" | "off", output: LogOutput): Logger {
  const options = {
    level: format === "off" ? "silent" : "info",
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { error: serializeError },
  };
  if (format !== "pretty") return pino(options, { write: (line) => void output.write(line) });
  const forPeople = prettyFactory({
    colorize: output.isTTY ?? false,
    translateTime: "SYS:yyyy-mm-dd HH:MM:ss.l",
    errorLikeObjectKeys: ["error"],
    ignore: "event",
    singleLine: true,
  });
  return pino(options, { write: (line) => void output.write(forPeople(line)) });
}
