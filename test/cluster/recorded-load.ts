import { Client, type LoadAnswer } from "./client.ts";
import type { RegisterOperation } from "./register-history.ts";

/** The attribute whose values are the register; the other one only makes sets differ in size. */
const REGISTER = "v";
const FILLING = "filling";
const FILLING_MAX = 300;
/** A set answered with one of these is certainly not stored, and never will be. */
const REFUSED: ReadonlySet<number> = new Set([403, 409, 503]);
/** After a refusal or a fault, so that an outage does not fill the history with failures. */
const FAILED_PAUSE_MS = 20;

export const INITIAL = "0";

export interface RecordedAnswer extends LoadAnswer {
  readonly kind: "set" | "get";
  readonly user: string;
  /** Which of the servers. */
  readonly server: number;
}

/** Values are unlike those of loads before. */
let lastValue = 0;

interface LoadNeeds {
  /** Where the servers are at present. */
  readonly origins: () => readonly string[];
  readonly users: readonly string[];
  readonly clientsPerServer: number;
  /** The users' attributes at the beginning. */
  readonly initial: ReadonlyMap<string, string>;
}

/** Records every set and get of a few users through all servers at the same time. */
export class RecordedLoad {
  readonly answers: RecordedAnswer[] = [];
  readonly #histories = new Map<string, RegisterOperation[]>();
  readonly #needs: LoadNeeds;
  readonly #loops: Promise<void>[];
  #isStopped = false;

  constructor(needs: LoadNeeds) {
    this.#needs = needs;
    for (const user of needs.users) this.#histories.set(user, []);
    this.#loops = needs
      .origins()
      .flatMap((_, server) => Array.from({ length: needs.clientsPerServer }, () => this.#run(server)));
  }

  history(user: string): readonly RegisterOperation[] {
    return this.#histories.get(user) ?? [];
  }

  initial(user: string): string {
    return this.#needs.initial.get(user) ?? INITIAL;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#loops);
  }

  async #run(server: number): Promise<void> {
    await using client = new Client(() => this.#needs.origins()[server] ?? "");
    while (!this.#isStopped) {
      const user = this.#needs.users[Math.floor(Math.random() * this.#needs.users.length)] ?? "";
      const answer = Math.random() < 0.5 ? await this.#set(client, user) : await this.#get(client, user);
      this.answers.push({ ...answer, server });
      if (answer.status === 200) continue;
      const { promise, resolve } = Promise.withResolvers<void>();
      setTimeout(resolve, FAILED_PAUSE_MS);
      await promise;
    }
  }

  async #set(client: Client, user: string): Promise<Omit<RecordedAnswer, "server">> {
    lastValue += 1;
    const value = String(lastValue);
    const filling = "x".repeat(1 + Math.floor(Math.random() * FILLING_MAX));
    const body = `${REGISTER}=${value}&${FILLING}=${filling}`;
    const answer = await client.call("PUT", `metadata/user/${user}`, body);
    const { status, from, to } = answer;
    const outcome = status === 200 ? "done" : REFUSED.has(status) ? "refused" : "unknown";
    const until = outcome === "unknown" ? Number.POSITIVE_INFINITY : to;
    this.#histories.get(user)?.push({ kind: "set", value, from, to: until, outcome });
    return { ...answer, kind: "set", user };
  }

  async #get(client: Client, user: string): Promise<Omit<RecordedAnswer, "server">> {
    const answer = await client.call("GET", `metadata/user/${user}`);
    const { status, from, to, data } = answer;
    if (status === 200) {
      const value = (data as Readonly<Record<string, string>>)[REGISTER] ?? INITIAL; // as: the documented shape
      this.#histories.get(user)?.push({ kind: "get", value, from, to });
    }
    return { ...answer, kind: "get", user };
  }
}
