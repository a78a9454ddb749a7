#!/usr/bin/env bun
export {};

/**
 * They ask for nothing that this program knows, and by default each would end it: a user's own, a pipe's that has lost
 * its reader, timers' and sockets'.
 */
const MEANINGLESS = ["SIGUSR1", "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGVTALRM", "SIGPROF", "SIGIO"] as const;

const SIGNALS = ["SIGTERM", "SIGINT"] as const;
/** A process without anything left to do ends sooner by itself, when its output is written. */
const ENDS_WITHIN_MS = 200;

/** The first signal is heard; a second finds no handler and ends the process at once. */
function hearStop(): AbortSignal {
  const stop = new AbortController();
  const onSignal = (): void => {
    for (const signal of SIGNALS) process.off(signal, onSignal);
    stop.abort();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return stop.signal;
}

for (const signal of MEANINGLESS) process.on(signal, () => {});

let stop: AbortSignal | undefined;
const stopSignal = (): AbortSignal => {
  stop ??= hearStop();
  return stop;
};

const args = process.argv.slice(2);
/** The first argument that is neither a flag nor a flag's value. Before the command, --json alone has no value. */
const word = args.find((argument, at) => !argument.startsWith("-") && !/^--(?!json$)[^=]+$/.test(args[at - 1] ?? ""));
// Before the program is loaded, which takes a while. A command that promises JSON reports the signal; others just end.
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
  await heard();
});

/** Resolves when what was written is out, or at the latest after a second. */
async function heard(): Promise<void> {
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
// What cannot be closed must not keep a server that has said that it stopped: a thread that waits for a disk, or what a
// start that was broken off has opened. Both can only end with the process.
if (stop !== undefined) setTimeout(() => endProcess(code), ENDS_WITHIN_MS).unref();
