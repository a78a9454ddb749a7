import { join } from "node:path";
import type { AttributesWrite } from "../../src/core/ports/attribute-store.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { openStore, parseStoreUrl } from "../../src/store/open.ts";
import { Connection } from "../../src/store/sqlite/connection/connection.ts";
import { type CopyProgress, type CopyResult, copyStore } from "../../src/store/transfer/copy-store.ts";
import {
  openTransferSource,
  openTransferTarget,
  type TransferLocation,
} from "../../src/store/transfer/open-transfer.ts";
import type { TransferReader, TransferUser } from "../../src/store/transfer/transfer.ts";
import { addApp, attributesOf, newUser, replacing } from "../contract/open-for-test.ts";
import { sharedMariadb } from "../harness/mariadb.ts";
import { temporaryFolder } from "./sqlite-fixture.ts";

/** A place for a store of one engine, with access that bypasses the engine. */
export interface Place extends AsyncDisposable {
  readonly location: TransferLocation;
  change(sql: string): Promise<void>;
  /** Closes every connection to it; a file has none. */
  disconnect(): Promise<void>;
}

export type Engine = "sqlite" | "mysql";

export async function freshPlace(engine: Engine): Promise<Place> {
  return engine === "sqlite" ? sqlitePlace() : await mysqlPlace();
}

function sqlitePlace(): Place {
  const folder = temporaryFolder();
  const path = join(folder.path, "usermeta.db");
  return {
    location: { engine: "sqlite", path },
    async change(sql) {
      const connection = new Connection(path);
      connection.exec(sql);
      connection.close();
    },
    async disconnect() {},
    [Symbol.asyncDispose]: async () => folder[Symbol.dispose](),
  };
}

async function mysqlPlace(): Promise<Place> {
  const database = await (await sharedMariadb()).freshDatabase();
  const location = parseStoreUrl(database.url);
  if (typeof location === "string" || location.engine !== "mysql") throw new Error(`not a location: ${location}`);
  return {
    location,
    async change(sql) {
      await database.query(sql);
    },
    async disconnect() {
      const sql = "SELECT id FROM information_schema.processlist WHERE db = ? AND user = ?";
      for (const { id } of await database.query(sql, [database.name, location.user]))
        await database.query(`KILL ${id}`);
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

export interface Watch {
  readonly tell?: (progress: CopyProgress) => void;
  /** Runs after everything was copied and before verification. */
  readonly beforeVerifying?: () => Promise<void>;
}

/** Opens both, copies, and closes both. */
export async function copyBetween(from: Place, to: Place, watch: Watch = {}): Promise<CopyResult> {
  const { tell = () => {}, beforeVerifying = async () => {} } = watch;
  await using source = await openTransferSource(from.location);
  await using target = await openTransferTarget(to.location);
  const users = target.users.bind(target);
  let before: Promise<void> | undefined;
  target.users = async (app, after) => {
    before ??= beforeVerifying();
    await before;
    return await users(app, after);
  };
  return await copyStore(source, target, tell);
}

export interface Contents {
  readonly globals: Awaited<ReturnType<TransferReader["globals"]>>;
  readonly users: ReadonlyMap<string, readonly TransferUser[]>;
}

/** The whole contents of a store. */
export async function contentsOf(place: Place): Promise<Contents> {
  await using source = await openTransferSource(place.location);
  const globals = await source.globals();
  const users = new Map<string, readonly TransferUser[]>();
  for (const { number, key } of globals.apps) {
    const found: TransferUser[] = [];
    for (let page = await source.users(number, ""); page.length > 0; ) {
      found.push(...page);
      page = await source.users(number, page.at(-1)?.name ?? "");
    }
    users.set(key, found);
  }
  return { globals, users };
}

/** Sorted by bytes, unlike most collations. */
const NAMES = ["-a", ".a", "0", "_a", "a", "a-", "a.", "a0", "a_", "aa", "b", "z".repeat(64)];
const VALUES = ["", "plain", "\\ \" ' % ? \u0000 \u001f", "Grüße 漢字 😀 \u2028", "x".repeat(3000)];

/** A store with every kind of data: deleted apps, revoked tokens, passwords, versions, texts that need escaping. */
export async function fill(place: Place): Promise<void> {
  await using store = await openStore(place.location);
  const gone = await addApp(store, "org/gone");
  await store.insertUsers(gone.number, [newUser("left-behind")]);
  const app = await addApp(store, "org/one");
  const bare = await addApp(store, "org/two");
  const last = await addApp(store, "org/last");
  for (const { number } of [gone, last]) await store.deleteApp(number, 2000);
  const settings = { userBytesMax: 9000, appBytesMax: 2 ** 53 - 1, batchMax: 7, ratePerSecond: 0 } as const;
  await store.changeApp(app.number, { ...settings, dialect: "2026", registration: "open", revokeTokens: true }, 3000);
  await store.changeApp(
    bare.number,
    { clientSecretHash: new Uint8Array([0, 39, 92, 255]), revokeAdminTokens: true },
    4000,
  );
  await store.addSigningKey(new Uint8Array([0, 1, 39, 92, 255]), 1000);
  await store.addSigningKey(new Uint8Array(32).fill(7), 2000);
  await store.insertUsers(
    app.number,
    NAMES.map((name, at) => ({
      ...newUser(name, 1000 + (at % 3)),
      passwordHash: at % 2 === 0 ? "$argon2id$v=19$m=65536,t=3,p=1$c2FsdA$aGFzaA" : null,
      nickname: at % 3 === 0 ? `näme '${at}'\\ 😀 ` : null,
    })),
  );
  await store.insertUsers(bare.number, [newUser("a")]);
  for (const [at, name] of NAMES.entries()) {
    for (let version = 0; version < at % 4; version++) await write(store, app, name, VALUES[(at + version) % 5] ?? "");
  }
  const [, first = "a", second = "a"] = NAMES.map((name) => newUser(name).name);
  await store.changeUser(app.number, newUser(first).name, { activated: false, revokeTokens: true }, 5000);
  await store.clearAttributes(app.number, newUser(second).name, 6000);
}

type AppOf = Parameters<typeof attributesOf>[1];

async function write(store: Store, app: AppOf, name: string, value: string): Promise<void> {
  const read = await attributesOf(store, app, name);
  const bytes = 3 + Buffer.byteLength(value);
  const replacement: AttributesWrite = replacing(app, name, read, JSON.stringify({ key: value }), bytes);
  const outcome = await store.writeAttributes(replacement);
  if (outcome !== "written") throw new Error(`not written: ${outcome}`);
}

/** Users of that many characters each, written without the engine: only the size matters. */
export async function addLargeUsers(place: Place, app: number, count: number, characters: number): Promise<void> {
  const rows = Array.from({ length: count }, (_, at) => {
    const id = `00000000-0000-4000-9000-${String(at).padStart(12, "0")}`;
    const attributes = `{"key":"${"q".repeat(characters)}"}`;
    return `(${app}, 'large-${at}', '${id}', 1, 1, 1, 0, ${characters + 3}, 1, 1, '${attributes}')`;
  });
  const columns =
    "app, name, id, activated, created, modified, tokens_valid_after, bytes, version, attributes_modified, attributes";
  for (let at = 0; at < rows.length; at += 20) {
    await place.change(`INSERT INTO users (${columns}) VALUES ${rows.slice(at, at + 20).join(", ")}`);
  }
}
