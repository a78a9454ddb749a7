import { hasEnded } from "../../core/authority.ts";
import { NO_ATTRIBUTES_JSON } from "../../core/metadata/attributes.ts";
import { written } from "../../core/metadata/written.ts";
import type { App, UserName } from "../../core/model.ts";
import type { AttributesWrite, WriteOutcome } from "../../core/ports/attribute-store.ts";
import type { SigningKey } from "../../core/ports/key-store.ts";
import type { Store } from "../../core/ports/store.ts";
import type { Authority } from "../../core/ports/terms.ts";
import { changedApp, changedUser } from "../../core/updated-entities.ts";
import { batchRefusals } from "../batch-refusals.ts";
import { AppUsers } from "./app-users.ts";
import { Feed } from "./feed.ts";

/**
 * The reference engine, for tests and for trying out: the port's promises, kept with maps. Every call runs to its end
 * before another begins, so each is atomic. Nothing outlives the process.
 */
export function openMemoryStore(): Store {
  const apps = new Map<number, App>();
  const users = new Map<number, AppUsers>();
  /** Users of deleted apps, until they are purged. */
  const orphans: AppUsers[] = [];
  const keys: SigningKey[] = [];
  const feed = new Feed();
  let lastNumber = 0;

  function isEnded(app: number, authority: Authority | undefined): boolean {
    return hasEnded(authority, apps.get(app), (name) => users.get(app)?.get(name)?.user);
  }

  function isCurrent({ app, name, userId, version }: AttributesWrite): boolean {
    const stored = users.get(app)?.get(name)?.attributes;
    return stored?.userId === userId && stored.version === version;
  }

  function write(asked: AttributesWrite): WriteOutcome {
    if (!isCurrent(asked)) return "conflict";
    const used = users.get(asked.app)?.usage ?? 0;
    return asked.growth > 0 && used + asked.growth > asked.appBytesMax ? "full" : carryOut(asked);
  }

  function carryOut(asked: AttributesWrite): WriteOutcome {
    const ofApp = users.get(asked.app);
    const row = ofApp?.get(asked.name);
    if (row !== undefined) ofApp?.replaceAttributes(row, written(asked));
    return "written";
  }

  return {
    failed: new Promise(() => {}),
    ping: async () => [],
    async [Symbol.asyncDispose]() {},
    feedVersion: () => feed.count,
    changesSince: (cursor) => feed.since(cursor),

    apps: () => [...apps.values()].map(withOwnBytes),
    app: (number) => {
      const app = apps.get(number);
      return app && withOwnBytes(app);
    },
    async insertApp(draft) {
      const isTaken = ({ key, id, clientId }: App) =>
        key === draft.key || id === draft.id || clientId === draft.clientId;
      if ([...apps.values()].some(isTaken)) return "taken";
      lastNumber += 1;
      const app: App = { ...draft, number: lastNumber, adminTokensValidAfter: 0, tokensValidAfter: 0 };
      apps.set(app.number, withOwnBytes(app));
      users.set(app.number, new AppUsers());
      feed.add({ kind: "apps" }, draft.created);
      return app;
    },
    async changeApp(number, change, now) {
      const former = apps.get(number);
      if (former === undefined) return undefined;
      const app = changedApp(former, change, now);
      if (typeof app === "string") return app;
      apps.set(number, withOwnBytes(app));
      feed.add({ kind: "apps" }, now);
      return app;
    },
    async deleteApp(number, now) {
      if (!apps.delete(number)) return false;
      const orphan = users.get(number);
      if (orphan !== undefined) orphans.push(orphan);
      users.delete(number);
      feed.add({ kind: "apps" }, now);
      return true;
    },
    async purge(countMax) {
      for (;;) {
        const [orphan] = orphans;
        if (orphan === undefined) return 0;
        const removed = orphan.removeSome(countMax);
        if (removed > 0) return removed;
        orphans.shift();
      }
    },

    signingKeys: () => keys.map(({ id, secret }) => ({ id, secret: secret.slice() })),
    async addSigningKey(secret, now) {
      const id = keys.length + 1;
      keys.push({ id, secret: secret.slice() });
      feed.add({ kind: "keys" }, now);
      return { id, secret };
    },

    user: (app, name) => users.get(app)?.get(name)?.user,
    userById: (app, id) => users.get(app)?.byId(id)?.user,
    users: (app, after, countMax) => users.get(app)?.page(after, countMax) ?? [],
    async insertUsers(app, drafts, authority) {
      if (isEnded(app, authority)) return "unauthorised";
      const ofApp = users.get(app);
      return ofApp && drafts.map((draft) => (ofApp.insert(draft) ? "inserted" : "taken"));
    },
    async changeUser(app, name, change, now, { authority, only } = {}) {
      if (isEnded(app, authority)) return "unauthorised";
      const row = users.get(app)?.get(name);
      const user = changedUser(row?.user, change, now, only);
      if (row === undefined || user === undefined || user === "conflict") return user;
      row.user = user;
      if (change.revokeTokens) feed.add({ kind: "user", userId: user.id }, now);
      return user;
    },
    async deleteUsers(app, names, now, { authority, ids } = {}) {
      if (isEnded(app, authority)) return "unauthorised";
      const ofApp = users.get(app);
      const isMeant = (name: UserName, index: number): boolean =>
        ids === undefined || ofApp?.get(name)?.user.id === ids[index];
      const removed = names.flatMap((name, index) => (isMeant(name, index) ? (ofApp?.remove(name) ?? []) : []));
      for (const { id } of removed) feed.add({ kind: "user", userId: id }, now);
      return removed;
    },

    attributes: (app, name) => users.get(app)?.get(name)?.attributes,
    attributesOf: (app, names) => names.map((name) => users.get(app)?.get(name)?.attributes),
    version: (app, name) => users.get(app)?.get(name)?.attributes,
    modifiedOf: (app, names) => names.map((name) => users.get(app)?.get(name)?.attributes.modified),
    writeAttributes: async (asked, terms) => (isEnded(asked.app, terms?.authority) ? "unauthorised" : write(asked)),
    async writeAttributesOf(writes, allOrNothing, terms) {
      if (isEnded(writes[0]?.app ?? 0, terms?.authority)) return writes.map(() => "unauthorised");
      const used = users.get(writes[0]?.app ?? 0)?.usage ?? 0;
      if (!allOrNothing) return writes.map(write);
      return batchRefusals(writes, isCurrent, used) ?? writes.map(carryOut);
    },
    async clearAttributes(app, name, now, authority) {
      if (isEnded(app, authority)) return "unauthorised";
      const ofApp = users.get(app);
      const row = ofApp?.get(name);
      if (row === undefined || row.attributes.json === NO_ATTRIBUTES_JSON) return undefined;
      const { userId, version, modified } = row.attributes;
      const cleared = {
        json: NO_ATTRIBUTES_JSON,
        bytes: 0,
        version: version + 1,
        modified: Math.max(now, modified + 1),
      };
      ofApp?.replaceAttributes(row, { userId, ...cleared });
      return undefined;
    },
    usage: (app) => users.get(app)?.usage ?? 0,
    publishDemand: () => [],
  };
}

/** Copies the secret hash: byte arrays are mutable, so the store never shares its own. */
function withOwnBytes(app: App): App {
  return { ...app, clientSecretHash: app.clientSecretHash.slice() };
}
