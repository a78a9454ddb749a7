import { setTimeout as pause } from "node:timers/promises";
import type { Bench } from "../bench.ts";
import type { Draw } from "../load/draw.ts";
import { filledIn, type Request } from "../load/request.ts";
import type { WrkLoad } from "../load/wrk.ts";
import type { Side } from "../sides/side.ts";
import { ask } from "./answer.ts";
import { LOAD_CORE } from "./cores.ts";
import { type Measurement, measure } from "./measurement.ts";

/** A participant of a comparison. */
export interface Contender {
  readonly side: Side;
  /** Its requests, as the table names them. */
  readonly what: string;
  readonly request: Request;
  readonly draw: Draw;
  readonly conflictsExpected?: boolean;
  /** The load is not bound to its core. */
  readonly loadOnAllCores?: boolean;
  /** Of the load, in all; 64 when left out. */
  readonly connections?: number;
  /** For a side that takes longer than others to reach a steady state. */
  readonly warmUpSeconds?: number;
  /** Done before each of its measurements. */
  readonly prepare?: () => Promise<void>;
  /** The load beside it, for that many seconds, from a little before to a little after. */
  readonly meanwhile?: (seconds: number) => Promise<void>;
}

export interface Series {
  readonly contender: Contender;
  /** One a round. */
  readonly measurements: readonly Measurement[];
}

const WARM_UP_SECONDS_MIN = 1;
const WARM_UP_SECONDS_MAX = 3;
/** 64 sets in flight over ten thousand users: about one in a hundred conflicts with another. */
const CONFLICT_SHARE_MAX = 0.03;
const MEANWHILE_LEAD_MS = 500;

/** By the case's names of its contenders; undefined = a side that is not available here. */
export type AllSeries<Name extends string> = Readonly<Record<Name, Series | undefined>>;

/**
 * Measures all of them in turn, round after round, so that a change of the machine's load affects all;
 * take ratios within a round.
 */
export async function measureRounds<Name extends string>(
  bench: Bench,
  contenders: Readonly<Record<Name, Contender | undefined>>,
): Promise<AllSeries<Name>> {
  const { seconds, rounds, signal } = bench;
  const warmUpSeconds = Math.min(Math.max(seconds, WARM_UP_SECONDS_MIN), WARM_UP_SECONDS_MAX);
  const all: Partial<Record<Name, MutableSeries>> = {};
  for (const name in contenders) {
    const contender = contenders[name];
    if (contender !== undefined) all[name] = { contender, measurements: [] };
  }
  const series = Object.values<MutableSeries | undefined>(all).filter((each) => each !== undefined);
  for (const { contender } of series) {
    await probe(contender);
    await measureContender(contender, contender.warmUpSeconds ?? warmUpSeconds, 1, signal);
  }
  for (let round = 0; round < rounds; round++) {
    for (const { contender, measurements } of series) {
      // The seed is the same for all sides of a round.
      const measurement = await measureContender(contender, seconds, round + 2, signal);
      measurements.push(measurement);
      report(bench, contender, measurement);
    }
  }
  return all as AllSeries<Name>; // as: what is left out is undefined
}

interface MutableSeries extends Series {
  readonly measurements: Measurement[];
}

async function measureContender(
  {
    side,
    request,
    draw,
    conflictsExpected = false,
    loadOnAllCores = false,
    connections,
    prepare,
    meanwhile,
  }: Contender,
  seconds: number,
  seed: number,
  signal: AbortSignal,
): Promise<Measurement> {
  const load: WrkLoad = {
    port: side.port,
    otherPorts: side.otherPorts,
    request,
    draw,
    seconds,
    seed,
    conflictsExpected,
    connections,
    core: loadOnAllCores ? undefined : LOAD_CORE,
  };
  await prepare?.();
  if (meanwhile === undefined) return await measure(side, load, signal);
  const after = pause(MEANWHILE_LEAD_MS).then(() => measure(side, load, signal));
  const [measurement] = await Promise.all([after, meanwhile(seconds + 1)]);
  return measurement;
}

/** A fast wrong answer must not win. */
export async function probe({ side, what, request }: Contender): Promise<void> {
  for (const port of [side.port, ...(side.otherPorts ?? [])]) {
    const { status, body } = await ask(port, filledIn(request.text));
    if (status !== (request.status ?? 200) || !request.isAnswer(body)) {
      throw new Error(`${side.name} does not answer ${what} as it should: ${status} ${body.slice(0, 500)}`);
    }
  }
}

function report(bench: Bench, { side, what, draw }: Contender, measurement: Measurement): void {
  const { perSecond, p50Us, p99Us, fault, conflictShare, othersShare } = measurement;
  const name = `${side.name}, ${what}`;
  if (fault !== undefined) {
    bench.warn(`${name}: this measurement does not count, ${fault}`);
    return;
  }
  const others = othersShare > 0 ? `; others had ${(othersShare * 100).toFixed(0)} % of the core` : "";
  bench.progress(`  ${name}: ${perSecond.toFixed(0)}/s, p50 ${p50Us} µs, p99 ${p99Us} µs${others}`);
  if (draw.kind === "uniform" && conflictShare > CONFLICT_SHARE_MAX) {
    bench.warn(`${name}: more sets are refused with 409 than chance lets meet (${(conflictShare * 100).toFixed(1)} %)`);
  }
}
