import fc from "fast-check";
import { Delay } from "./delay.ts";
import { Fault } from "./fault.ts";
import type { Step } from "./grammar/step.ts";
import { steps } from "./grammar/steps.ts";
import { linesOf } from "./paste.ts";
import { Sequence } from "./sequence.ts";
import { Tally } from "./tally.ts";
import { startWorld } from "./world.ts";

export interface FuzzOptions {
  readonly engine: string;
  readonly seed: number;
  /** So many at least. */
  readonly requests: number;
  /** Ends it before that; ms. */
  readonly timeMs?: number;
}

/** One seed makes so many sequences; the next ones have the seeds that follow. */
const SEQUENCES = 25;
/** For finding the shortest sequence that still fails. */
const SHRINK_MS = 30_000;
/** Calls go through several threads, each of which may have to wait for the processor. */
const THREADS = 5;

/** Throws with the seed, and with the shortest sequence that it found to fail, ready to be pasted. */
export async function fuzz({ engine, seed, requests, timeMs = Number.POSITIVE_INFINITY }: FuzzOptions): Promise<Tally> {
  await using world = await startWorld(engine);
  await using delay = new Delay();
  const tally = new Tally();
  const around = { world, tally, allowanceMs: async () => THREADS * (await delay.worstMs()) };
  const from = performance.now();
  let failedAt = Number.POSITIVE_INFINITY;
  let shortest: { readonly sequence: Sequence; readonly fault: unknown } | undefined;

  async function outcome(
    list: readonly Step[],
  ): Promise<{ readonly sequence: Sequence; readonly fault: unknown } | undefined> {
    await delay.worstMs();
    tally.sequences += 1;
    const sequence = new Sequence(around, tally.sequences);
    try {
      await sequence.run(list);
      return undefined;
    } catch (fault) {
      return { sequence, fault };
    }
  }

  const property = fc.asyncProperty(steps, async (list) => {
    if (performance.now() - failedAt > SHRINK_MS) return;
    const failed = await outcome(list);
    if (failed === undefined) return;
    if (failed.fault instanceof Fault && failed.fault.isSlow && (await outcome(list)) === undefined) {
      tally.slowOnce += 1;
      return;
    }
    failedAt = Math.min(failedAt, performance.now());
    shortest = failed;
    throw failed.fault;
  });

  for (let each = seed; tally.requests < requests && performance.now() - from < timeMs; each++) {
    const result = await fc.check(property, { seed: each, numRuns: SEQUENCES });
    if (!result.failed) continue;
    const { sequence, fault } = shortest ?? {};
    const why =
      fault instanceof Fault
        ? fault.message
        : String(fault instanceof Error ? fault.stack : (fault ?? result.errorInstance));
    throw new Error(
      [
        `FUZZ_SEED=${each} on ${engine}: ${why}`,
        `${sequence?.sent.length ?? 0} steps, after ${result.numShrinks} shrinks:`,
        ...(sequence?.sent ?? []).flatMap((sent) => linesOf(sent, world)),
      ].join("\n"),
    );
  }
  return tally;
}
