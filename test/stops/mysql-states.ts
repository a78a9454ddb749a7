import { chmod } from "node:fs/promises";
import type { StoreLocation } from "../../src/store/open.ts";
import { migrateForServer, openStore, parseStoreUrl } from "../../src/store/open.ts";
import { type GateState, TcpGate } from "../cluster/tcp-gate.ts";
import { type Certificate, makeCertificate } from "../docs/gateway-certificate.ts";
import { freshDatabaseOn, makeAccount, type TestDatabase } from "../harness/mariadb.ts";
import { ACCOUNT, MariadbServer } from "../harness/mariadb-server.ts";
import { makeOlderMysql } from "../store/older-store.ts";
import { temporaryFolder } from "../store/sqlite-fixture.ts";
import { expectOlderUser } from "./expect-older-user.ts";
import type { PreparedState, StopState } from "./stop-state.ts";

type State = Omit<PreparedState, "store" | "location" | keyof AsyncDisposable>;

/** The parts of a state: its own database, and the network in front of that. */
type Make = (gate: TcpGate, database: TestDatabase) => State | Promise<State>;

/** As the certificate names it; the account may come from anywhere. */
const HOST = "localhost";
/** Enough for an upgrade to take some time. */
const OLDER_USERS = 20_000;

interface StateOptions {
  readonly isStarting?: true;
  readonly isTls?: true;
}

/** A database of its own, on a server that is frozen and killed. */
export class MysqlStates implements AsyncDisposable {
  readonly #server: MariadbServer;
  readonly #certificate: Certificate;
  readonly #owned: AsyncDisposableStack;

  static async start(): Promise<MysqlStates> {
    await using stack = new AsyncDisposableStack();
    const certificate = await readableCertificate(stack.use(temporaryFolder()).path);
    const tls = [`--ssl-cert=${certificate.file}`, `--ssl-key=${certificate.keyFile}`];
    const server = stack.use(await MariadbServer.start(tls));
    await makeAccount(server);
    return new MysqlStates(server, certificate, stack.move());
  }

  private constructor(server: MariadbServer, certificate: Certificate, owned: AsyncDisposableStack) {
    this.#server = server;
    this.#certificate = certificate;
    this.#owned = owned;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#owned.disposeAsync();
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
    const starting = { isStarting: true } as const;
    const tls = { isTls: true } as const;
    return [
      this.#state("MySQL at work", () => ({})),
      this.#state("a database that is frozen", () => ({ before: async () => freeze(), restore })),
      this.#state("a database that freezes after the signal", () => ({ after: freeze, restore })),
      this.#state("a database that was killed", () => ({ before: kill, restore })),
      this.#state("a database that is killed after the signal", () => ({ after: kill, restore })),
      ...this.#gated("a database whose network was cut", "swallow"),
      ...this.#gated("a database that ends its connections", "refuse"),
      this.#state("a database over TLS that is frozen", () => ({ before: async () => freeze(), restore }), tls),
      this.#state(
        "a database over TLS whose network was cut",
        (gate) => ({ before: async () => gate.set("swallow") }),
        tls,
      ),
      this.#state("a database that has forgotten the server's user", (_, database) => this.#forgotten(database)),
      this.#state("a fresh database, starting", () => ({}), starting),
      this.#state("a database of an older schema, starting", (_, database) => olderSchema(database), starting),
      this.#state("a database that freezes, starting", () => ({ before: async () => freeze(), restore }), starting),
      this.#state("a database that freezes after the signal, starting", () => ({ after: freeze, restore }), starting),
      this.#state(
        "an unreachable database, starting",
        (gate) => {
          gate.set("refuse");
          return {};
        },
        starting,
      ),
      this.#state(
        "a database behind a network that takes everything and answers nothing, starting",
        (gate) => {
          gate.set("swallow");
          return {};
        },
        starting,
      ),
    ];
  }

  get #tls(): readonly (readonly [string, string])[] {
    return [
      ["tls", "verify"],
      ["tls-ca", this.#certificate.file],
    ];
  }

  #gated(name: string, state: GateState): readonly StopState[] {
    return [
      this.#state(`${name}`, (gate) => ({ before: async () => gate.set(state) })),
      this.#state(`${name} after the signal`, (gate) => ({ after: () => gate.set(state) })),
    ];
  }

  /** As after an administrator's mistake: open connections end, and no new one is accepted. */
  #forgotten(database: TestDatabase): State {
    const { user } = ACCOUNT;
    return {
      async before() {
        await database.query(`REVOKE ALL ON \`test\\_%\`.* FROM ${user}@'%'`);
        await database.query(`ALTER USER ${user}@'%' ACCOUNT LOCK`);
        await database.query(`KILL USER ${user}`);
      },
      restore: async () => {
        await database.query(`ALTER USER ${user}@'%' ACCOUNT UNLOCK`);
        await makeAccount(this.#server);
      },
    };
  }

  #state(name: string, make: Make, { isStarting, isTls }: StateOptions = {}): StopState {
    return {
      name,
      ...(isStarting ? { isStarting } : {}),
      prepare: async (chance) => {
        await using stack = new AsyncDisposableStack();
        const database = stack.use(await freshDatabaseOn([this.#server]));
        const gate = stack.use(await TcpGate.before(this.#server.port));
        // A longer timeout must not make a stop longer.
        const query = new URLSearchParams(chance() < 0.5 ? {} : { timeout: "20000" });
        if (isTls) for (const [key, value] of this.#tls) query.set(key, value);
        const place = `${isTls ? HOST : "127.0.0.1"}:${gate.port}/`;
        const url = database.url.replace(`127.0.0.1:${this.#server.port}/`, place);
        const store = query.size === 0 ? url : `${url}?${query}`;
        const state = await make(gate, database);
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

/** Also by the database's own user. */
async function readableCertificate(folder: string): Promise<Certificate> {
  const certificate = await makeCertificate(folder, HOST);
  await chmod(folder, 0o755);
  await chmod(certificate.keyFile, 0o644);
  return certificate;
}

async function olderSchema(database: TestDatabase): Promise<State> {
  await makeOlderMysql(database, 1);
  await database.query(
    "INSERT INTO users (app, name, id, activated, created, modified, tokens_valid_after, bytes, version, " +
      "attributes_modified, attributes) SELECT 1, CONCAT('user', seq), UUID(), 1, seq, 1, 0, 0, 0, 1, '{}' " +
      `FROM seq_1_to_${OLDER_USERS}`,
  );
  return {
    // The next start completes the work of this one.
    async check() {
      await migrateForServer(locationOf(database));
      await using store = await openStore(locationOf(database));
      await expectOlderUser(store);
    },
  };
}

function locationOf({ url }: TestDatabase): StoreLocation {
  const location = parseStoreUrl(url);
  if (typeof location === "string") throw new Error(location);
  return location;
}
