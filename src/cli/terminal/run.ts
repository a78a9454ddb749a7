import { readFileSync } from "node:fs";
import { CommanderError } from "commander";
import { loadConfig } from "../../config/load.ts";
import { redact } from "../../config/redact.ts";
import { outlineOf } from "../../core/faults/error-outline.ts";
import type { Answer } from "../command.ts";
import { storeReader } from "../store/store-reader.ts";
import { unlessStopped } from "./aborted.ts";
import { arrangeArguments } from "./arrange-arguments.ts";
import type { CommandContext } from "./command-context.ts";
import { errorJson } from "./error-json.ts";
import { asFailure, EXIT, type ExitCode, Failure, refused, usageError } from "./failure.ts";
import { createProgram, type Invocation } from "./program.ts";
import { programName } from "./program-name.ts";
import { usageMistake } from "./usage-mistake.ts";
import { withStoreInUse } from "./with-store-in-use.ts";

/** The progress of a run. */
interface Progress {
  /** Whether a result or an error is on stdout, at least in part. */
  hasAnswered: boolean;
}

/**
 * The whole program: arguments (without the runtime and the script) → exit code. The result of a command goes to
 * stdout, everything else to stderr. With `--json`, a command that ends without its result also writes an error object
 * to stdout.
 */
export async function run(argv: readonly string[], io: CommandContext): Promise<ExitCode> {
  // At any position: the other arguments may be invalid.
  const forPrograms = argv.includes("--json");
  const progress: Progress = { hasAnswered: false };
  const tell = (failure: Failure, stack = ""): void => {
    const lines = failure.lines.map((line) => redact(line).replaceAll("`usermeta ", `\`${programName(io.env)} `));
    for (const line of lines) io.stderr.write(`usermeta: ${line}\n`);
    if (stack !== "") io.stderr.write(`${redact(stack)}\n`);
    if (!forPrograms || progress.hasAnswered) return;
    progress.hasAnswered = true;
    io.stdout.write(errorJson(failure, lines));
  };
  const tellUnexpected = (error: unknown): void => tell(unexpected(error), outlineOf(error).stack);
  io.onCrash(tellUnexpected);
  try {
    return await execute(argv, io, progress);
  } catch (error) {
    const failure = asFailure(error);
    if (failure === undefined) tellUnexpected(error);
    else tell(failure);
    await io.stdout.written();
    return failure?.exitCode ?? EXIT.refused;
  }
}

async function execute(argv: readonly string[], io: CommandContext, progress: Progress): Promise<ExitCode> {
  const arranged = arrangeArguments(argv);
  let exitCode: ExitCode = EXIT.done;
  const program = createProgram(io, async (invocation) => {
    exitCode = await invoke(invocation, io, progress);
  });
  if (arranged.incomplete !== undefined) {
    const group = program.commands.find((command) => command.name() === arranged.incomplete);
    (group ?? program).outputHelp({ error: true });
    throw usageError(`${arranged.incomplete || "usermeta"} needs a command`);
  }
  try {
    await program.parseAsync(arranged.argv, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Exit code 0: the requested help or version has been printed.
    if (error.exitCode !== 0) throw arranged.command === undefined ? error : usageMistake(error, arranged.command);
  }
  await io.stdout.written();
  return exitCode;
}

async function invoke(
  { command, args, flags, options }: Invocation,
  io: CommandContext,
  progress: Progress,
): Promise<ExitCode> {
  const loaded = loadConfig({
    env: io.env,
    flags: options,
    cwd: io.cwd,
    terminal: io.stderr.isTTY ?? false,
    readFile: (path) => readFileSync(path, "utf8"),
    readStore: storeReader(io.cwd),
  });
  if ("mistakes" in loaded) throw usageError(...loaded.mistakes);
  const call = { args, flags, loaded, io };
  const running = command.run(call).catch((error) => {
    const failure = asFailure(error);
    if (failure === undefined) throw error;
    throw new Failure(failure.exitCode, withStoreInUse(failure.lines, call), failure.code);
  });
  const forPrograms = flags.has("json");
  // Without --json a signal just ends the process.
  const answer = await (forPrograms ? unlessStopped(running, io.stopSignal()) : running);
  if (answer !== undefined) {
    progress.hasAnswered = true;
    io.stdout.write(written(answer, forPrograms));
    const failure = await io.stdout.written();
    if (failure !== undefined) throw refused(`it is done, but the answer could not be written: ${failure.message}`);
  }
  return answer?.exitCode ?? EXIT.done;
}

function written({ json, text }: Answer, forPrograms: boolean): string {
  return forPrograms ? `${JSON.stringify(json, null, 2)}\n` : text;
}

/** A bug. It may have any message. */
function unexpected(error: unknown): Failure {
  const { type, message, code } = outlineOf(error);
  const what = [type, code].filter((word) => word !== undefined).join(" ");
  return refused(`an unexpected fault: ${what}${message === undefined ? "" : `: ${message}`}`);
}
