#!/usr/bin/env bun
export {};

/**
 * Signals that mean nothing to this program, although each would end it by default: those of users, of pipes without a
 * reader, of timers and of sockets.
 */
const IGNORED_SIGNALS = ["SIGUSR1", "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGVTALRM", "SIGPROF", "SIGIO"] as const;

const STOP_SIGNALS = ["SIGTERM", "SIGINT"] as const;
/** Only an upper limit: a process with nothing left to do exits as soon as its output is written. */
const ENDS_WITHIN_MS = 200;

/** The first signal aborts. A second one finds no handler, and so ends the process immediately. */
function listenForStop(): AbortSignal {
  const stop = new AbortController();
  const onSignal = (): void => {
    for (const signal of STOP_SIGNALS) process.off(signal, onSignal);
    stop.abort();
  };
  for (const signal of STOP_SIGNALS) process.on(signal, onSignal);
  return stop.signal;
}

for (const signal of IGNORED_SIGNALS) process.on(signal, () => {});

let stop: AbortSignal | undefined;
const stopSignal = (): AbortSignal => {
  stop ??= listenForStop();
  return stop;
};

const args = process.argv.slice(2);
/** The first argument that is neither a flag nor a flag's value. Before the command, --json alone has no value. */
const word = args.find((argument, at) => !argument.startsWith("-") && !/^--(?!json$)[^=]+$/.test(args[at - 1] ?? ""));
// Before the program is loaded, which takes a while. Commands with --json report the signal; the others just end.
if (word === "serve" || args.includes("--json")) stopSignal();
const [{ run }, { endProcess }, { steadyLog, steadyOutput }, { onCrash }] = await Promise.all([
  import("./cli/terminal/run.ts"),
  import("./cli/terminal/end-process.ts"),
  import("./cli/terminal/steady-output.ts"),
  import("./system/crash.ts"),
]);

const { stdout, stderr, stdin, env } = process;
let tellCrash: (error: unknown) => void = () => {};
onCrash(async (error) => {
  tellCrash(error);
  await flushed();
});

/** Resolves when all output is written, or after a second. */
async function flushed(): Promise<void> {
  const out = [stdout, stderr].map((stream) => new Promise((resolve) => stream.write("", resolve)));
  await Promise.race([Promise.all(out), new Promise((resolve) => setTimeout(resolve, 1000))]);
}

const code = await run(args, {
  stdout: steadyOutput(stdout),
  stderr: steadyLog(stderr),
  stdin,
  env,
  cwd: process.cwd(),
  stopSignal,
  onHangup: (listener) => void process.on("SIGHUP", listener),
  onCrash(tell) {
    tellCrash = tell;
  },
});
process.exitCode = code;
// After "stopped" is logged, nothing may keep the process alive: neither a thread that waits for a disk, nor a connection
// that an aborted start has opened. Both end only with the process.
if (stop !== undefined) setTimeout(() => endProcess(code), ENDS_WITHIN_MS).unref();
