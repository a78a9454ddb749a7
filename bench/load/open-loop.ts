/**
 * Sends requests at a fixed rate whatever the answers do, over as many connections as wrk has, and counts an answer's
 * time from when its request was due: a stall shows in all the requests that it delayed. Run as a program of its
 * own, bound to a core, on which it busy-waits: timers have a resolution of a millisecond, and would cause bursts.
 *
 * Reads an `OpenLoopLoad` as JSON from its argument and prints an `OpenLoopResult` as JSON.
 */
import { percentile } from "../measure/statistics.ts";
import { OpenLoopConnection } from "./open-loop-connection.ts";
import type { OpenLoopLoad, OpenLoopResult } from "./open-loop-load.ts";
import { requestMaker } from "./request-maker.ts";

/** An answer later than this after the last request was due has failed. */
const GRACE_MS = 5000;

const load = JSON.parse(process.argv[2] ?? "") as OpenLoopLoad; // as: runOpenLoop writes it
console.log(JSON.stringify(await run(load)));

async function run({ port, connections, perSecond, seconds, ...requests }: OpenLoopLoad): Promise<OpenLoopResult> {
  const makeRequest = requestMaker(requests);
  const total = Math.round(perSecond * seconds);
  const dueMs = (index: number): number => (index * 1000) / perSecond;
  const latenciesUs = new Float64Array(total);
  const lagsUs = new Float64Array(total);
  let answered = 0;
  let failures = 0;
  let started = 0;

  const idle: OpenLoopConnection[] = [];
  for (let index = 0; index < connections; index++) {
    idle.push(
      await OpenLoopConnection.open(port, (connection, request, status) => {
        latenciesUs[answered] = (performance.now() - started - dueMs(request)) * 1000;
        answered += 1;
        if (status < 200 || status > 299) failures += 1;
        idle.push(connection);
      }),
    );
  }
  const all = [...idle];

  Bun.gc(true);
  started = performance.now();
  const end = dueMs(total) + GRACE_MS;
  const { promise: finished, resolve: finish } = Promise.withResolvers<void>();
  let sent = 0;
  let lookedMs = 0;
  const turn = (): void => {
    const now = performance.now() - started;
    while (sent < total && dueMs(sent) <= now) {
      const connection = idle.pop();
      // All connections wait for answers: the request waits too, and its time counts.
      if (connection === undefined) break;
      // Only the generator's own delay, without the wait for a connection.
      lagsUs[sent] = Math.max(0, now - Math.max(dueMs(sent), lookedMs)) * 1000;
      connection.send(makeRequest(), sent);
      sent += 1;
    }
    lookedMs = now;
    if (answered === total || now > end) finish();
    else setImmediate(turn);
  };
  turn();
  await finished;
  for (const connection of all) connection.close();
  const latencies = latenciesUs.subarray(0, answered).sort();
  return {
    due: total,
    answered,
    failures,
    p50Us: percentile(latencies, 0.5),
    p99Us: percentile(latencies, 0.99),
    maxUs: percentile(latencies, 1),
    lagP99Us: percentile(lagsUs.subarray(0, sent).sort(), 0.99),
  };
}
