import { expectPromisesKept } from "./promises.ts";
import { type RecordedAnswer, RecordedLoad } from "./recorded-load.ts";
import { Unserved } from "./unserved.ts";

const FLOW_SETS = 50;
const FLOW_DEADLINE_MS = 30_000;
const LOOK_MS = 20;

interface FaultLoadNeeds {
  readonly origins: () => readonly string[];
  readonly users: readonly string[];
  readonly userBytesMax: number;
  readonly appBytesMax: number;
  /** The logs of databases and servers, for failures without answers. */
  readonly told: () => Promise<string>;
}

const CLIENTS_PER_SERVER = 4;

/** Load while parts fail, and the promises that must hold afterwards. */
export class FaultLoad implements AsyncDisposable {
  readonly #needs: FaultLoadNeeds;
  readonly #recorded: RecordedLoad;

  constructor(needs: FaultLoadNeeds, initial: ReadonlyMap<string, string>) {
    this.#needs = needs;
    this.#recorded = new RecordedLoad({ ...needs, initial, clientsPerServer: CLIENTS_PER_SERVER });
  }

  /** Resolves when sets are acknowledged again, by every server that is there; says how long that took, ms. */
  async flows(): Promise<number> {
    const from = performance.now();
    for (;;) {
      const done = this.since(from).filter(({ kind, status }) => kind === "set" && status === 200);
      const servers = new Set(done.map(({ server }) => server));
      if (done.length >= FLOW_SETS && servers.size === this.#needs.origins().length) return performance.now() - from;
      if (performance.now() - from > FLOW_DEADLINE_MS) {
        throw new Unserved(`no flow: ${this.#told(from)}\n${await this.#needs.told()}`);
      }
      await Bun.sleep(LOOK_MS);
    }
  }

  /** Lets it go on, whatever is answered. */
  async lasts(seconds: number): Promise<void> {
    await Bun.sleep(seconds * 1000);
  }

  /** Of those that were asked after a moment. */
  since(from: number): readonly RecordedAnswer[] {
    return this.#recorded.answers.filter((answer) => answer.from >= from);
  }

  overlapping(from: number, to: number): readonly RecordedAnswer[] {
    return this.#recorded.answers.filter((answer) => answer.from < to && answer.to > from);
  }

  async expectPromisesKept(): Promise<void> {
    await this.#recorded.stop();
    await expectPromisesKept(this.#recorded, { ...this.#needs, origins: this.#needs.origins() });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#recorded.stop();
  }

  #told(from: number): string {
    const counts = new Map<string, number>();
    for (const { kind, status, server } of this.since(from)) {
      const key = `${kind} ${status} by server ${server}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    return JSON.stringify([...counts]);
  }
}
