#!/usr/bin/env bun
import { run } from "./cli/run.ts";

const SIGNALS = ["SIGTERM", "SIGINT"] as const;

/** The first signal is heard; a second finds no handler and ends the process at once. */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  const onSignal = (): void => {
    for (const signal of SIGNALS) process.off(signal, onSignal);
    stop.abort();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return stop.signal;
}

const { stdout, stderr, stdin, env } = process;
process.exitCode = await run(process.argv.slice(2), {
  stdout,
  stderr,
  stdin,
  env,
  cwd: process.cwd(),
  stopSignal,
  onHangup: (listener) => void process.on("SIGHUP", listener),
});
