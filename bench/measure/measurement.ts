import { runWrk, type WrkLoad, type WrkResult } from "../load/wrk.ts";
import type { Side } from "../sides/side.ts";
import { OTHERS_SHARE_MAX, watchCore } from "./core-time.ts";
import { cpuSeconds, diskReadBytes, peakBytes, resetPeak } from "./process-tree.ts";

/** One side under one load, once. */
export interface Measurement {
  /** Answers with 2xx; conflicts are not counted. */
  readonly perSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
  /** Processor seconds of the whole server. */
  readonly cpuSeconds: number;
  readonly requests: number;
  readonly peakBytes: number;
  readonly diskBytesPerSecond: number;
  /** 0 to 1: the answers with 409 among all. */
  readonly conflictShare: number;
  /** 0 to 1: other programs' share of the servers' core; 0 where the server is not bound to it. */
  readonly othersShare: number;
  /** The increase of each of the side's counters. */
  readonly counts: Readonly<Record<string, number>>;
  /** Why it must not be used; undefined = it may. */
  readonly fault: string | undefined;
}

export async function measure(side: Side, load: WrkLoad, signal: AbortSignal): Promise<Measurement> {
  resetPeak(side.pids);
  const readBefore = diskReadBytes(side.pids);
  const countsBefore = (await side.counters?.()) ?? {};
  const cpuBefore = cpuSeconds(side.pids);
  const othersSince = watchCore(side.pids);
  const result = await runWrk(load, signal);
  const cpu = cpuSeconds(side.pids) - cpuBefore;
  const countsAfter = (await side.counters?.()) ?? {};
  const counts = Object.fromEntries(
    Object.entries(countsAfter).map(([name, after]) => [name, after - (countsBefore[name] ?? 0)]),
  );
  const othersShare = load.core === undefined ? 0 : othersSince();
  const seconds = result.micros / 1e6;
  const answered = result.requests - result.conflicts - result.failures;
  return {
    perSecond: answered / seconds,
    p50Us: result.p50Us,
    p99Us: result.p99Us,
    cpuSeconds: cpu,
    requests: answered,
    peakBytes: peakBytes(side.pids),
    diskBytesPerSecond: (diskReadBytes(side.pids) - readBefore) / seconds,
    conflictShare: result.conflicts / Math.max(1, result.requests),
    othersShare,
    counts,
    fault: faultOf(result, othersShare),
  };
}

function faultOf({ requests, failures, socketErrors }: WrkResult, othersShare: number): string | undefined {
  if (requests === 0) return "no answer at all";
  if (failures > 0) return `${failures} of ${requests} answers were no success`;
  if (othersShare > OTHERS_SHARE_MAX) return `others had ${(othersShare * 100).toFixed(0)} % of its core`;
  return socketErrors > 0 ? `${socketErrors} connections failed or timed out` : undefined;
}
