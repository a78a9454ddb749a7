import type { Bench } from "../bench.ts";
import { FEW_USERS, freshStore } from "../data/stores.ts";
import { type OpenLoopResult, runOpenLoop } from "../load/open-loop-load.ts";
import { CONNECTIONS } from "../load/wrk.ts";
import { OTHERS_SHARE_MAX, watchCore } from "../measure/core-time.ts";
import { LOAD_CORE } from "../measure/cores.ts";
import { measured } from "../measure/ratios.ts";
import { type Contender, measureRounds } from "../measure/rounds.ts";
import { median } from "../measure/statistics.ts";
import { startNginx } from "../sides/nginx.ts";
import { startUsermeta } from "../sides/usermeta.ts";
import type { Case } from "./case.ts";

/** A generator that is later than this measures itself. */
const LAG_US_MAX = 500;

/** The latency when requests come at half the server's capacity, whether earlier ones are answered or not. */
export const latency: Case = async (bench) => {
  const store = await freshStore(bench);
  await using ours = await startUsermeta(bench, { store });
  await using nginx = await startNginx(bench, ours);
  const get: Contender = {
    side: ours,
    what: "top rate",
    request: ours.requests.get,
    draw: { kind: "uniform", count: FEW_USERS },
  };
  const series = await measureRounds(bench, { top: get });
  const tops = series.top?.measurements.filter(({ fault }) => fault === undefined) ?? [];
  if (tops.length === 0) return { series, measured: {} };
  const perSecond = Math.round(median(tops.map((top) => top.perSecond)) / 2);
  const file = nginx && { ...get, side: nginx, request: nginx.requests.get, draw: nginx.draw };

  const ratios: number[] = [];
  const results = { ours: [] as OpenLoopResult[], nginx: [] as OpenLoopResult[] };
  for (let round = 0; round <= bench.rounds; round++) {
    const byNginx = file && (await openLoop(bench, file, perSecond));
    const byUs = await openLoop(bench, get, perSecond);
    // The first round only warms up.
    if (round === 0) continue;
    if (byUs !== undefined) results.ours.push(byUs);
    if (byNginx !== undefined) results.nginx.push(byNginx);
    if (byUs !== undefined && byNginx !== undefined) ratios.push(byUs.p99Us / byNginx.p99Us);
  }
  return {
    series,
    measured: { latency: nginx && measured(ratios) },
    notes: [
      `open loop, ${perSecond} requests a second over ${CONNECTIONS} connections, times from when a request was due`,
      `usermeta: ${figures(results.ours)}`,
      ...(nginx === undefined ? [] : [`nginx: ${figures(results.nginx)}`]),
    ],
  };
};

/** Undefined, with a message, when the round does not count. */
async function openLoop(
  bench: Bench,
  { side, request, draw }: Contender,
  perSecond: number,
): Promise<OpenLoopResult | undefined> {
  const load = { port: side.port, text: request.text, users: draw.count, connections: CONNECTIONS, perSecond };
  const othersSince = watchCore(side.pids);
  const result = await runOpenLoop({ ...load, seconds: bench.seconds }, LOAD_CORE, bench.signal);
  bench.progress(`  ${side.name}, ${perSecond}/s: ${figures([result])}`);
  const others = othersSince();
  if (others > OTHERS_SHARE_MAX) {
    bench.warn(`${side.name} at ${perSecond}/s does not count: others had ${(others * 100).toFixed(0)} % of its core`);
    return undefined;
  }
  if (result.lagP99Us > LAG_US_MAX) bench.warn(`${side.name} at ${perSecond}/s: the generator itself was late`);
  if (result.failures === 0 && result.answered === result.due) return result;
  bench.warn(
    `${side.name} at ${perSecond}/s: ${result.due - result.answered} no answer, ${result.failures} no success`,
  );
  return undefined;
}

function figures(results: readonly OpenLoopResult[]): string {
  if (results.length === 0) return "no round counts";
  const of = (figure: (result: OpenLoopResult) => number): string => `${median(results.map(figure)).toFixed(0)} µs`;
  const [p50, p99, max] = [of(({ p50Us }) => p50Us), of(({ p99Us }) => p99Us), of(({ maxUs }) => maxUs)];
  return `p50 ${p50}, p99 ${p99}, longest ${max}; sent late by ${of(({ lagP99Us }) => lagP99Us)} at p99`;
}
