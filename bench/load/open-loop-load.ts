import { join } from "node:path";
import { finishedCommand } from "../measure/finished-command.ts";

/** The input of the generator, a process of its own. */
export interface OpenLoopLoad {
  readonly port: number;
  /** A `Request`'s text. */
  readonly text: string;
  /** The number of users to draw from, all equally likely. */
  readonly users: number;
  readonly connections: number;
  readonly perSecond: number;
  readonly seconds: number;
}

export interface OpenLoopResult {
  readonly due: number;
  /** In time, with whatever status. */
  readonly answered: number;
  /** Answers that are not 2xx. */
  readonly failures: number;
  /** From when a request was due to the last byte of its answer. */
  readonly p50Us: number;
  readonly p99Us: number;
  readonly maxUs: number;
  /** How late requests were sent: the generator's possible part of the times above, or a wait for a connection. */
  readonly lagP99Us: number;
}

const GENERATOR = join(import.meta.dir, "open-loop.ts");

export async function runOpenLoop(load: OpenLoopLoad, core: number, signal: AbortSignal): Promise<OpenLoopResult> {
  const command = ["setpriv", "--pdeathsig", "SIGTERM", "taskset", "-c", `${core}`, process.execPath, GENERATOR];
  const output = await finishedCommand([...command, JSON.stringify(load)], { signal });
  return JSON.parse(output) as OpenLoopResult; // as: open-loop.ts prints it
}
