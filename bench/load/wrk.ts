import { randomInt } from "node:crypto";
import { join } from "node:path";
import { finishedCommand } from "../measure/finished-command.ts";
import { type Draw, zipfTotal } from "./draw.ts";
import { FIRST_USER, type Request } from "./request.ts";

export interface WrkLoad {
  readonly port: number;
  /** The number of further processes: each has a thread and an equal part of the connections. */
  readonly otherPorts?: readonly number[] | undefined;
  readonly request: Request;
  readonly draw: Draw;
  /** Whole seconds. */
  readonly seconds: number;
  readonly seed: number;
  /** The only core it may use; undefined = all. */
  readonly core?: number | undefined;
  /** In all; 64 when left out. */
  readonly connections?: number | undefined;
  /** Distinguishes 409 from failures. wrk must then read every answer, so it is left out where no 409 can come. */
  readonly conflictsExpected?: boolean;
}

/** wrk's measurements; latencies are of closed-loop connections. */
export interface WrkResult {
  readonly requests: number;
  readonly micros: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly maxUs: number;
  /** Answers with 409. */
  readonly conflicts: number;
  /** All other answers that are not 2xx. */
  readonly failures: number;
  readonly socketErrors: number;
}

export const CONNECTIONS = 64;
const SCRIPT = join(import.meta.dir, "request.lua");
const TIMEOUT_SECONDS = 10;
/** request.lua has the same. */
const COUNTERS = 80_000_000;

export async function runWrk(load: WrkLoad, signal: AbortSignal): Promise<WrkResult> {
  const { request, draw, seconds, seed, core, connections = CONNECTIONS, conflictsExpected = false } = load;
  const ports = [load.port, ...(load.otherPorts ?? [])];
  const output = await finishedCommand(
    [
      ...["setpriv", "--pdeathsig", "SIGTERM"],
      ...(core === undefined ? [] : ["taskset", "-c", `${core}`]),
      ...[
        "wrk",
        `-t${ports.length}`,
        `-c${connections}`,
        `-d${seconds}s`,
        "--timeout",
        `${TIMEOUT_SECONDS}s`,
        "-s",
        SCRIPT,
      ],
      ...[`http://127.0.0.1:${load.port}`, "--", request.text, draw.kind],
      ...[FIRST_USER, draw.count, seed, zipfTotal(draw)].map(String),
      ...[conflictsExpected ? "statuses" : "no statuses", `${randomInt(COUNTERS)}`, `${draw.further ?? 0}`],
    ],
    { signal, env: { LOAD_PORTS: ports.join(" ") } },
  );
  const line = /^@(\{.*\})$/m.exec(output)?.[1];
  if (line === undefined) throw new Error(`wrk printed no result:\n${output}`);
  return JSON.parse(line) as WrkResult; // as: request.lua writes it so
}
