import type { Store } from "../../src/core/ports/store.ts";
import { delegateStore } from "./delegate-store.ts";

/** A store whose attribute calls can be made to fail like a driver's. */
export interface FailingStore {
  /** For `startTestService({ wrap })`. */
  readonly wrap: (store: Store) => Store;
  /** Makes all further attribute calls reject with this error; undefined restores them. */
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

/** Contains everything that an answer must never reveal: a driver's message, SQL, a path, an address, a stack. */
export function driverError(): Error {
  const error = new Error("SQLITE_IOERR: disk I/O error in /var/lib/usermeta/usermeta.db: SELECT json FROM users");
  error.cause = { host: "10.1.2.3", password: "hunter2" };
  return error;
}

/** Matches any part of `driverError`. */
export const DRIVER_TRACES = /sqlite|select|\/var|usermeta|hunter2|10\.1\.2\.3|\bat |\.ts|Error:|stack|disk/i;
