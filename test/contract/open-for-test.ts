import { NO_IDENTITY } from "../../src/core/identity-settings.ts";
import type { AppSettings } from "../../src/core/model.ts";
import { type App, appKey, type UserName, userName } from "../../src/core/model.ts";
import type { NewApp } from "../../src/core/ports/app-store.ts";
import type { AttributesWrite, StoredAttributes } from "../../src/core/ports/attribute-store.ts";
import type { Store } from "../../src/core/ports/store.ts";
import type { NewUser } from "../../src/core/ports/user-store.ts";

/** A new, empty store. */
export interface OpenedForTest extends AsyncDisposable {
  readonly store: Store;
}

export type OpenForTest = () => Promise<OpenedForTest>;

/** For engines whose data outlives the process. */
export interface Reopenable extends OpenedForTest {
  /** Closes the store and opens it again. */
  reopen(): Promise<Store>;
}

let lastId = 0;

/** Different from all before. */
export function freshId(): string {
  lastId += 1;
  return `00000000-0000-4000-8000-${lastId.toString(16).padStart(12, "0")}`;
}

export function name(text: string): UserName {
  const folded = userName(text);
  if (folded === undefined) throw new Error(`not a username: ${text}`);
  return folded;
}

export function newApp(key: string, settings: Partial<AppSettings> = {}): NewApp {
  const legal = appKey(key);
  if (legal === undefined) throw new Error(`not an app key: ${key}`);
  return {
    userBytesMax: null,
    appBytesMax: null,
    batchMax: null,
    ratePerSecond: null,
    dialect: "2021",
    registration: null,
    conflicts: "refuse",
    companionCalls: true,
    checkExt: false,
    tokenTtlSeconds: 60,
    identity: NO_IDENTITY,
    ...settings,
    id: freshId(),
    key: legal,
    clientId: `client of ${legal}`,
    clientSecretHash: new Uint8Array([1, 2, 3]),
    created: 1000,
  };
}

export function newUser(text: string, created = 1000): NewUser {
  return { id: freshId(), name: name(text), passwordHash: null, nickname: null, created };
}

/** The result of a call that was carried out. */
export function done<T extends object>(answer: T | string | undefined): T {
  if (typeof answer !== "object") throw new Error(`not carried out: ${answer}`);
  return answer;
}

export async function addApp(store: Store, key = "org/app"): Promise<App> {
  const app = await store.insertApp(newApp(key));
  if (app === "taken") throw new Error(`${key} is taken`);
  return app;
}

export async function addUsers(store: Store, app: App, ...names: string[]): Promise<void> {
  await store.insertUsers(
    app.number,
    names.map((text) => newUser(text)),
  );
}

export async function attributesOf(store: Store, app: App, text: string): Promise<StoredAttributes> {
  const stored = await store.attributes(app.number, name(text));
  if (stored === undefined) throw new Error(`${text} is unknown`);
  return stored;
}

/** A write of `json` that replaces the attributes read. */
export function replacing(
  app: App,
  text: string,
  read: StoredAttributes,
  json: string,
  bytes: number,
  appBytesMax = 1_000_000,
): AttributesWrite {
  const { userId, version, modified } = read;
  const growth = bytes - read.bytes;
  return {
    app: app.number,
    name: name(text),
    userId,
    version,
    json,
    bytes,
    growth,
    modified: modified + 1,
    appBytesMax,
  };
}

/** The sum over all users, as read. */
export async function sumOfBytes(store: Store, app: App): Promise<number> {
  const users = await store.users(app.number, undefined, 1_000_000);
  const all = await store.attributesOf(
    app.number,
    users.map((user) => user.name),
  );
  return all.reduce((sum, stored) => sum + (stored?.bytes ?? 0), 0);
}
