import { join } from "node:path";
import type { Resource } from "../../../src/core/admission/resources.ts";
import { linesOf } from "../../harness/lines-of.ts";
import type { Statuses, Target } from "../row.ts";

const MAIN = join(import.meta.dir, "main.ts");
const PART = "STARVATION_GREEDY_PART";
/** It is busy, and may handle the signal late. */
const END_DEADLINE_MS = 10_000;

interface GreedyPart {
  readonly target: Target;
  readonly isLong: boolean;
}

/** The arguments of the process. */
export function greedyPart(): GreedyPart {
  return JSON.parse(process.env[PART] ?? "") as GreedyPart; // as: GreedyProcess wrote it
}

/** main.ts in a process, so that the greedy client costs the modest one no time but the server's. */
export class GreedyProcess implements AsyncDisposable {
  readonly #child: Bun.Subprocess<"ignore", "pipe", "inherit">;
  readonly #lines: AsyncIterator<string>;

  constructor(resource: Resource, row: number, part: GreedyPart) {
    this.#child = Bun.spawn([process.execPath, MAIN, resource, `${row}`], {
      stdin: "ignore",
      stdout: "pipe",
      stderr: "inherit",
      env: { ...process.env, [PART]: JSON.stringify(part) },
    });
    this.#lines = linesOf(this.#child.stdout);
  }

  async begun(): Promise<void> {
    const { value } = await this.#lines.next();
    if (value !== "begun") throw new Error(`the greedy client did not begin: ${value}`);
  }

  /** Ends it and every connection that it holds. */
  async end(): Promise<Statuses> {
    this.#child.kill("SIGTERM");
    const late = setTimeout(() => this.#child.kill("SIGKILL"), END_DEADLINE_MS);
    const { value } = await this.#lines.next();
    await this.#child.exited;
    clearTimeout(late);
    if (value === undefined) throw new Error("the greedy client did not say what it was answered");
    return JSON.parse(value) as Statuses; // as: main.ts wrote it
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.exited;
  }
}
