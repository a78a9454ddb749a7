import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NewApp } from "../../src/core/ports/app-store.ts";
import type { StoredAttributes, WriteOutcome } from "../../src/core/ports/attribute-store.ts";
import type { Store } from "../../src/core/ports/store.ts";
import type { StoreError } from "../../src/store/store-error.ts";
import { name, newApp as newAppOf } from "../contract/open-for-test.ts";

export const FAULTY_WRITER = new URL("./sqlite-faulty-writer.ts", import.meta.url);

export const WATCHFUL_WRITER = new URL("./sqlite-watchful-writer.ts", import.meta.url);

/** See sqlite-watchful-writer.ts. */
export const LONG_BYTES = 1_048_576;

/** See sqlite-faulty-writer.ts. */
export const FROZEN_MS = 4000;

/** A folder for one test, deleted afterwards. */
export function temporaryFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "usermeta-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** Different from those of any other process. */
export function newApp(key = "org/app"): NewApp {
  return { ...newAppOf(key), id: crypto.randomUUID(), clientId: crypto.randomUUID() };
}

/** An app's number, with these users in it. */
export async function withUsers(store: Store, names: readonly string[], key?: string): Promise<number> {
  const app = await store.insertApp(newApp(key));
  if (app === "taken") throw new Error("the app is there already");
  const users = names.map((text, index) => ({
    id: crypto.randomUUID(),
    name: name(text),
    passwordHash: null,
    nickname: null,
    created: index,
  }));
  await store.insertUsers(app.number, users);
  return app.number;
}

export async function read(store: Store, app: number, text: string): Promise<StoredAttributes> {
  const stored = await store.attributes(app, name(text));
  if (stored === undefined) throw new Error(`no user ${text}`);
  return stored;
}

/** Replaces a user's attributes, whatever they are, with one of this value. */
export async function write(store: Store, app: number, text: string, value: string): Promise<WriteOutcome> {
  const { userId, version, modified, bytes: former } = await read(store, app, text);
  const json = JSON.stringify({ key: value });
  const bytes = 3 + value.length;
  const target = { app, name: name(text), userId, version };
  return await store.writeAttributes({
    ...target,
    json,
    bytes,
    growth: bytes - former,
    modified: modified + 1,
    appBytesMax: 1e9,
  });
}

/** What the promise rejects with; fails when it does not. */
export async function faultOf(promise: Promise<unknown>): Promise<StoreError> {
  const settled = await promise.then(
    () => undefined,
    (error: StoreError) => error,
  );
  if (settled === undefined) throw new Error("expected a fault");
  return settled;
}

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;

/** The commits in the write-ahead log: its frames that end one (sqlite.org/fileformat2.html § 4.1). */
export function commitsInLog(path: string): number {
  const log = readFileSync(`${path}-wal`);
  const frameBytes = FRAME_HEADER_BYTES + log.readUInt32BE(8);
  let commits = 0;
  for (let at = HEADER_BYTES; at + frameBytes <= log.length; at += frameBytes) {
    if (log.readUInt32BE(at + 4) !== 0) commits += 1;
  }
  return commits;
}
