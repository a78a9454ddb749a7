import { Client, type LoadAnswer } from "./client.ts";

/** Tells sets apart; the other attribute only makes users differ in size. */
const MARK = "v";
const FILLING = "filling";
const FILLING_MAX = 200;
const BATCH_USERS = 4;
/** A change answered with one of these is not stored, and never will be. */
const REFUSED: ReadonlySet<number> = new Set([403, 409, 412, 503]);
/** After a 503, so that an outage does not fill the counts. */
const UNSERVED_PAUSE_MS = 20;
const LOOK_PAUSE_MS = 10;

/** One user's part of an answer, or the whole of it. */
interface Answered {
  readonly kind: string;
  /** 0 = the connection broke. */
  readonly status: number;
  readonly error: unknown;
}

interface FullAppNeeds {
  /** Where the servers are at present. */
  readonly origins: () => readonly string[];
  readonly users: readonly string[];
  readonly callersPerServer: number;
}

let lastMark = 0;

/**
 * Growing, shrinking and equal changes of a few users by every call that changes them, through all servers at the same
 * time; beside them, a reader on each server polls the app's usage and the users' attributes.
 */
export class FullAppLoad implements AsyncDisposable {
  /** Of the changes. */
  readonly answers: Answered[] = [];
  /** The app's usage, each time that it was told. */
  readonly usages: number[] = [];
  readonly #refused = new Set<string>();
  readonly #seen = new Set<string>();
  readonly #needs: FullAppNeeds;
  readonly #loops: readonly Promise<void>[];
  #isOver = false;

  constructor(needs: FullAppNeeds) {
    this.#needs = needs;
    this.#loops = needs
      .origins()
      .flatMap((_, server) => [
        this.#look(server),
        ...Array.from({ length: needs.callersPerServer }, () => this.#change(server)),
      ]);
  }

  /** Marks that a user had although their set was refused. */
  get storedThoughRefused(): readonly string[] {
    return [...this.#seen].filter((mark) => this.#refused.has(mark));
  }

  count(status: number): number {
    return this.answers.filter((answer) => answer.status === status).length;
  }

  /** How often each kind of change was answered with each status and error. */
  told(): string {
    const counts = new Map<string, number>();
    for (const { kind, status, error } of this.answers) {
      const key = `${kind} ${status} ${error ?? ""}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    return [...counts].map(([key, count]) => `${key}: ${count}`).join("\n");
  }

  see(attributes: unknown): void {
    const { [MARK]: mark } = (attributes ?? {}) as Readonly<Record<string, string>>; // as: the documented shape
    if (mark !== undefined) this.#seen.add(mark);
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#loops);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #look(server: number): Promise<void> {
    await using client = this.#client(server);
    while (!this.#isOver) {
      const usage = await client.call("GET", "metadata/user/capacity");
      if (usage.status === 200) this.usages.push(Number(usage.data));
      const read = await client.call("GET", `metadata/user/${this.#anyUser()}`);
      if (read.status === 200) this.see(read.data);
      for (const { status, error } of [usage, read]) this.answers.push({ kind: "get", status, error });
      await Bun.sleep(LOOK_PAUSE_MS);
    }
  }

  async #change(server: number): Promise<void> {
    await using client = this.#client(server);
    let size = anySize();
    while (!this.#isOver) {
      // Half of them leave the size as it is, where they meet the same user again.
      if (Math.random() < 0.5) size = anySize();
      const status = await this.#changeOnce(client, size);
      if (status === 503 || status === 0) await Bun.sleep(UNSERVED_PAUSE_MS);
    }
  }

  /** One of the calls that change something. */
  async #changeOnce(client: Client, size: number): Promise<number> {
    const user = this.#anyUser();
    const path = `metadata/user/${user}`;
    const mark = nextMark();
    const filling = "x".repeat(size);
    const form = `${MARK}=${mark}&${FILLING}=${filling}`;
    const json = JSON.stringify({ [MARK]: mark, [FILLING]: size % 3 === 0 ? null : filling });
    const kind = Math.random();
    if (kind < 0.3) return this.#note("set", [mark], await client.call("PUT", path, form));
    if (kind < 0.5) return this.#note("patch", [mark], await client.call("PATCH", path, json));
    if (kind < 0.6) {
      const conditions = [["If-Match", '"another.1"']] as const;
      return this.#note("conditional set", [mark], await client.call("PUT", path, form, conditions));
    }
    if (kind < 0.7) return this.#note("removal of all", [], await client.call("DELETE", path));
    if (kind < 0.75) return this.#note("removal", [], await client.call("DELETE", `${path}?properties=${FILLING}`));
    return await this.#changeMany(client, size, kind < 0.9);
  }

  async #changeMany(client: Client, size: number, atomic: boolean): Promise<number> {
    const from = Math.floor(Math.random() * this.#needs.users.length);
    const users = [...this.#needs.users.slice(from), ...this.#needs.users].slice(0, BATCH_USERS);
    const targets = Object.fromEntries(
      users.map((user, index) => [
        user,
        { [MARK]: nextMark(), [FILLING]: "x".repeat((size * (index + 1)) % FILLING_MAX) },
      ]),
    );
    const kind = atomic ? "batch set of all or none" : "batch set";
    const answer = await client.call("POST", "metadata/user/set", JSON.stringify({ targets, atomic }));
    this.#note(
      kind,
      Object.values(targets).map((target) => String(target[MARK])),
      answer,
    );
    if (answer.status !== 200) return answer.status;
    const refused = (answer.errors ?? {}) as Readonly<Record<string, Pick<LoadAnswer, "status" | "error">>>; // as: documented
    for (const [user, { status, error }] of Object.entries(refused)) {
      this.#note(`${kind}, one of it`, [String(targets[user]?.[MARK])], { status, error });
    }
    return answer.status;
  }

  #note(kind: string, marks: readonly string[], { status, error }: Pick<LoadAnswer, "status" | "error">): number {
    this.answers.push({ kind, status, error });
    if (REFUSED.has(status)) for (const mark of marks) this.#refused.add(mark);
    return status;
  }

  #anyUser(): string {
    return this.#needs.users[Math.floor(Math.random() * this.#needs.users.length)] ?? "";
  }

  #client(server: number): Client {
    return new Client(() => this.#needs.origins()[server] ?? "");
  }
}

function anySize(): number {
  return 1 + Math.floor(Math.random() * FILLING_MAX);
}

function nextMark(): string {
  lastMark += 1;
  return String(lastMark);
}
