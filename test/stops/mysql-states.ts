import type { StoreLocation } from "../../src/store/open.ts";
import { parseStoreUrl } from "../../src/store/open.ts";
import { type GateState, TcpGate } from "../cluster/tcp-gate.ts";
import { freshDatabaseOn, makeAccount, type TestDatabase } from "../harness/mariadb.ts";
import { MariadbServer } from "../harness/mariadb-server.ts";
import type { PreparedState, StopState } from "./stop-state.ts";

type State = Omit<PreparedState, "store" | "location" | keyof AsyncDisposable>;

/** A database of their own, on a server that is frozen and killed. */
export class MysqlStates implements AsyncDisposable {
  readonly #server: MariadbServer;

  static async start(): Promise<MysqlStates> {
    const server = await MariadbServer.start();
    await makeAccount(server);
    return new MysqlStates(server);
  }

  private constructor(server: MariadbServer) {
    this.#server = server;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
  }

  get all(): readonly StopState[] {
    const server = this.#server;
    const restore = async (): Promise<void> => {
      if (server.state === "frozen") server.resume();
      if (server.state === "ended") server.spawn();
      await server.up();
    };
    const freeze = (): void => server.pause();
    const kill = (): Promise<void> => server.kill();
    return [
      this.#state("MySQL at work", () => ({})),
      this.#state("a database that is frozen", () => ({ before: async () => freeze(), restore })),
      this.#state("a database that freezes after the signal", () => ({ after: freeze, restore })),
      this.#state("a database that was killed", () => ({ before: kill, restore })),
      this.#state("a database that is killed after the signal", () => ({ after: kill, restore })),
      ...this.#gated("a database whose network was cut", "swallow"),
      ...this.#gated("a database that ends its connections", "refuse"),
      this.#state("a fresh database, starting", () => ({}), true),
      this.#state("a database that freezes, starting", () => ({ before: async () => freeze(), restore }), true),
      this.#state("a database that freezes after the signal, starting", () => ({ after: freeze, restore }), true),
      this.#state(
        "a database that nobody can reach, starting",
        (gate) => {
          gate.set("refuse");
          return {};
        },
        true,
      ),
      this.#state(
        "a database behind a network that takes everything and answers nothing, starting",
        (gate) => {
          gate.set("swallow");
          return {};
        },
        true,
      ),
    ];
  }

  #gated(name: string, state: GateState): readonly StopState[] {
    return [
      this.#state(`${name}`, (gate) => ({ before: async () => gate.set(state) })),
      this.#state(`${name} after the signal`, (gate) => ({ after: () => gate.set(state) })),
    ];
  }

  #state(name: string, make: (gate: TcpGate) => State, isStarting = false): StopState {
    return {
      name,
      ...(isStarting ? { isStarting } : {}),
      prepare: async (chance) => {
        await using stack = new AsyncDisposableStack();
        const database = stack.use(await freshDatabaseOn([this.#server]));
        const gate = stack.use(await TcpGate.before(this.#server.port));
        // A longer timeout must not make a stop longer.
        const timeout = chance() < 0.5 ? "" : "?timeout=20000";
        const store = `${database.url.replace(`:${this.#server.port}/`, `:${gate.port}/`)}${timeout}`;
        const state = make(gate);
        const owned = stack.move();
        return {
          store,
          location: locationOf(database),
          ...state,
          [Symbol.asyncDispose]: async () => {
            await state.restore?.();
            await owned.disposeAsync();
          },
        };
      },
    };
  }
}

function locationOf({ url }: TestDatabase): StoreLocation {
  const location = parseStoreUrl(url);
  if (typeof location === "string") throw new Error(location);
  return location;
}
