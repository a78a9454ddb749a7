import type { Store } from "../../src/core/ports/store.ts";

/** A copy of the store whose calls a test can replace: `{ ...delegateStore(store), usage }`. */
export function delegateStore(store: Store): Store {
  return {
    ping: () => store.ping(),
    failed: store.failed,
    feedVersion: () => store.feedVersion(),
    changesSince: (cursor) => store.changesSince(cursor),
    apps: () => store.apps(),
    app: (number) => store.app(number),
    insertApp: (app) => store.insertApp(app),
    changeApp: (number, change, now) => store.changeApp(number, change, now),
    deleteApp: (number, now) => store.deleteApp(number, now),
    purge: (countMax) => store.purge(countMax),
    signingKeys: () => store.signingKeys(),
    addSigningKey: (secret, now) => store.addSigningKey(secret, now),
    userById: (app, id) => store.userById(app, id),
    user: (app, name) => store.user(app, name),
    users: (app, after, countMax) => store.users(app, after, countMax),
    insertUsers: (app, users, authority) => store.insertUsers(app, users, authority),
    changeUser: (app, name, change, now, terms) => store.changeUser(app, name, change, now, terms),
    deleteUsers: (app, names, now, terms) => store.deleteUsers(app, names, now, terms),
    attributes: (app, name, purpose) => store.attributes(app, name, purpose),
    attributesOf: (app, names, purpose) => store.attributesOf(app, names, purpose),
    version: (app, name, purpose) => store.version(app, name, purpose),
    modifiedOf: (app, names) => store.modifiedOf(app, names),
    writeAttributes: (write, terms) => store.writeAttributes(write, terms),
    writeAttributesOf: (writes, allOrNothing, terms) => store.writeAttributesOf(writes, allOrNothing, terms),
    clearAttributes: (app, name, now, authority) => store.clearAttributes(app, name, now, authority),
    usage: (app) => store.usage(app),
    publishDemand: (demand) => store.publishDemand(demand),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}
