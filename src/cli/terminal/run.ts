import { readFileSync } from "node:fs";
import { CommanderError } from "commander";
import { loadConfig } from "../../config/load.ts";
import { redact } from "../../config/redact.ts";
import { outlineOf } from "../../core/faults/error-outline.ts";
import type { Answer } from "../command.ts";
import { storeReader } from "../store/store-reader.ts";
import type { CommandContext } from "./command-context.ts";
import { asFailure, EXIT, type ExitCode, refused, usageError } from "./failure.ts";
import { createProgram, type Invocation } from "./program.ts";

/**
 * The whole program: arguments (without the runtime and the script) → exit code. What a command answers goes to
 * stdout, all else to stderr, and whatever goes wrong is a line there.
 */
export async function run(argv: readonly string[], io: CommandContext): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.done;
  const say = (line: string): unknown => io.stderr.write(`usermeta: ${redact(line)}\n`);
  io.onCrash((error) => say(unforeseen(error)));
  const program = createProgram(io, async (invocation) => {
    exitCode = await invoke(invocation, io);
  });
  try {
    await program.parseAsync(argv, { from: "user" });
    return exitCode;
  } catch (error) {
    // Commander has already said what is wrong, or shown the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usageError;
    const failure = asFailure(error);
    for (const line of failure?.lines ?? [unforeseen(error)]) say(line);
    return failure?.exitCode ?? EXIT.refused;
  }
}

async function invoke({ command, args, flags, options }: Invocation, io: CommandContext): Promise<ExitCode> {
  const loaded = loadConfig({
    env: io.env,
    flags: options,
    cwd: io.cwd,
    terminal: io.stderr.isTTY ?? false,
    readFile: (path) => readFileSync(path, "utf8"),
    readStore: storeReader(io.cwd),
  });
  if ("mistakes" in loaded) throw usageError(...loaded.mistakes);
  const answer = await command.run({ args, flags, loaded, io });
  if (answer !== undefined) {
    io.stdout.write(written(answer, flags.has("json")));
    const failure = await io.stdout.written();
    if (failure !== undefined) throw refused(`it is done, but the answer could not be written: ${failure.message}`);
  }
  return answer?.exitCode ?? EXIT.done;
}

function written({ json, text }: Answer, forPrograms: boolean): string {
  return forPrograms ? `${JSON.stringify(json, null, 2)}\n` : text;
}

/** A fault of ours, which may have a message of anybody's. */
function unforeseen(error: unknown): string {
  const { type, message, code, stack } = outlineOf(error);
  const what = [type, code].filter((word) => word !== undefined).join(" ");
  return [`an unexpected fault: ${what}${message === undefined ? "" : `: ${message}`}`, stack]
    .filter((part) => part !== undefined)
    .join("\n");
}
