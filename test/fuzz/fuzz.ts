import fc from "fast-check";
import { MachineDelay } from "../harness/machine-delay.ts";
import { documentJudges } from "../openapi/judge-documented.ts";
import { Fault } from "./fault.ts";
import type { Step } from "./grammar/step.ts";
import { steps } from "./grammar/steps.ts";
import { linesOf, usersOf } from "./paste.ts";
import { Sequence } from "./sequence.ts";
import { Tally } from "./tally.ts";
import { startWorld, type World } from "./world.ts";

export interface FuzzOptions {
  readonly engine: string;
  readonly seed: number;
  /** Minimum number of requests. */
  readonly requests: number;
}

interface Failed {
  readonly fault: unknown;
  readonly lines: readonly string[];
  readonly requestCount: number;
}

/** Sequences per seed; later sequences use the following seeds. */
const SEQUENCES = 25;
/** Time limit for shrinking a failing sequence. */
const SHRINK_MS = 45_000;

/** Throws the seed and the shortest failing sequence that it found, ready to paste. */
export async function fuzz({ engine, seed, requests }: FuzzOptions): Promise<Tally> {
  await using delay = new MachineDelay();
  await using worlds = new Worlds(engine);
  const tally = new Tally();
  const documents = await documentJudges();
  const allowanceMs = (): Promise<number> => delay.allowanceMs();
  let failedAt = Number.POSITIVE_INFINITY;
  let shortest: Failed | undefined;

  async function outcome(list: readonly Step[]): Promise<Failed | undefined> {
    await delay.allowanceMs();
    tally.sequences += 1;
    const world = await worlds.present();
    const sequence = new Sequence({ world, tally, documents, allowanceMs }, tally.sequences);
    try {
      await sequence.run(list);
      return undefined;
    } catch (fault) {
      // A failure may have left data behind.
      await worlds.end();
      const lines = [...usersOf(world), ...sequence.sent.flatMap((sent) => linesOf(sent, world))];
      return { fault, lines, requestCount: sequence.sent.length };
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

  for (let each = seed; tally.requests < requests; each++) {
    const { failed, numShrinks, errorInstance } = await fc.check(property, { seed: each, numRuns: SEQUENCES });
    if (!failed) continue;
    const { fault = errorInstance, lines = [], requestCount = 0 } = shortest ?? {};
    const heading = `FUZZ_SEED=${each} FUZZ_ENGINE=${engine}: ${fault instanceof Fault ? fault.message : textOf(fault)}`;
    const isAlone = numShrinks > 0 ? "" : "; on a server of its own it did not fail, if it was shortened";
    throw new Error([heading, `${requestCount} requests, after ${numShrinks} shrinks${isAlone}:`, ...lines].join("\n"));
  }
  return tally;
}

function textOf(fault: unknown): string {
  return fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
}

/** One world at a time, created when needed. */
class Worlds implements AsyncDisposable {
  readonly #engine: string;
  #world: World | undefined;

  constructor(engine: string) {
    this.#engine = engine;
  }

  async present(): Promise<World> {
    this.#world ??= await startWorld(this.#engine);
    return this.#world;
  }

  async end(): Promise<void> {
    await this.#world?.[Symbol.asyncDispose]();
    this.#world = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }
}
