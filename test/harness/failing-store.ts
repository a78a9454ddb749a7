import type { Store } from "../../src/core/ports/store.ts";
import { delegateStore } from "./delegate-store.ts";

/** A store whose calls for attributes can be made to fail, as a driver's would. */
export interface FailingStore {
  /** For `startTestService({ wrap })`. */
  readonly wrap: (store: Store) => Store;
  /** Every call for attributes from now on rejects with this; undefined: no longer. */
  fail(error: Error | undefined): void;
}

export function failingStore(): FailingStore {
  let failure: Error | undefined;
  async function failOr<T>(call: () => T): Promise<Awaited<T>> {
    if (failure !== undefined) throw failure;
    return await call();
  }
  return {
    wrap: (store) => ({
      ...delegateStore(store),
      attributes: (app, name) => failOr(() => store.attributes(app, name)),
      attributesOf: (app, names) => failOr(() => store.attributesOf(app, names)),
      version: (app, name) => failOr(() => store.version(app, name)),
      modifiedOf: (app, names) => failOr(() => store.modifiedOf(app, names)),
      writeAttributesOf: (writes, allOrNothing, terms) =>
        failOr(() => store.writeAttributesOf(writes, allOrNothing, terms)),
      writeAttributes: (write, terms) => failOr(() => store.writeAttributes(write, terms)),
      clearAttributes: (app, name, now, authority) => failOr(() => store.clearAttributes(app, name, now, authority)),
      usage: (app) => failOr(() => store.usage(app)),
    }),
    fail(error) {
      failure = error;
    },
  };
}

/** Holds all that an answer must never show: a driver's words, SQL, a path, an address, a stack. */
export function driverError(): Error {
  const error = new Error("SQLITE_IOERR: disk I/O error in /var/lib/usermeta/usermeta.db: SELECT json FROM users");
  error.cause = { host: "10.1.2.3", password: "hunter2" };
  return error;
}

/** What of `driverError` would show in a text. */
export const DRIVER_TRACES = /sqlite|select|\/var|usermeta|hunter2|10\.1\.2\.3|\bat |\.ts|Error:|stack|disk/i;
