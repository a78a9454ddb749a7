import { describe, expect, test } from "bun:test";
import {
  type IdentitySettings,
  identityText,
  NO_IDENTITY,
  type OidcSettings,
} from "../../src/core/identity-settings.ts";
import type { Store } from "../../src/core/ports/store.ts";
import {
  addApp,
  addUsers,
  attributesOf,
  done,
  name,
  newApp,
  newUser,
  type OpenForTest,
  replacing,
} from "./open-for-test.ts";

const IDENTITY: IdentitySettings = {
  ...NO_IDENTITY,
  createOnFirstUse: false,
  agora: { appId: "970ca35de60c44645bbae8a215061b33", certificateFile: "/etc/usermeta/agora's \\ \u{1f511}" },
};

const OIDC: OidcSettings = {
  issuer: "https://id.example",
  audience: "chat",
  jwks: null,
  algorithms: ["ES256"],
  userClaim: "sub",
  userClaimMap: "none",
  adminClaim: null,
  adminScope: null,
};

export function describeApps(open: OpenForTest): void {
  describe("apps", () => {
    test("an app is read as created, and is valid from the start", async () => {
      await using opened = await open();
      const { store } = opened;
      const draft = newApp("org/app", { userBytesMax: 10, registration: "open", dialect: "2026", identity: IDENTITY });
      const app = await store.insertApp(draft);
      expect(app).toEqual({ ...draft, number: expect.any(Number), adminTokensValidAfter: 0, tokensValidAfter: 0 });
      if (app === "taken") throw new Error("taken");
      expect(await store.app(app.number)).toEqual(app);
      expect(await store.apps()).toEqual([app]);
    });

    test("key, id and client id are each unique", async () => {
      await using opened = await open();
      const { store } = opened;
      const app = await addApp(store, "org/one");
      for (const same of [{ key: app.key }, { id: app.id }, { clientId: app.clientId }]) {
        expect(await store.insertApp({ ...newApp("org/two"), ...same })).toBe("taken");
      }
      expect(await store.apps()).toHaveLength(1);
    });

    test("exactly one of many concurrent creations of the same app succeeds", async () => {
      await using opened = await open();
      const { store } = opened;
      const results = await Promise.all(Array.from({ length: 16 }, () => store.insertApp(newApp("org/app"))));
      expect(results.filter((result) => result !== "taken")).toHaveLength(1);
    });

    test("a change affects the named fields and nothing else", async () => {
      await using opened = await open();
      const { store } = opened;
      const app = await addApp(store);
      const changed = await store.changeApp(app.number, { batchMax: 7, registration: "open" }, 5000);
      expect(changed).toEqual({ ...app, batchMax: 7, registration: "open" });
      const switched = { companionCalls: false, checkExt: true } as const;
      expect(await store.changeApp(app.number, { batchMax: null, ...switched }, 5000)).toEqual({
        ...app,
        registration: "open",
        ...switched,
      });
      expect(await store.app(app.number)).toMatchObject(switched);
      const { companionCalls, checkExt } = app;
      await store.changeApp(app.number, { companionCalls, checkExt }, 5000);
      const merging = { ...app, registration: "open", conflicts: "merge" } as const;
      expect(await store.changeApp(app.number, { conflicts: "merge" }, 5000)).toEqual(merging);
      expect(await store.app(app.number)).toEqual(merging);
      const back = { ...merging, conflicts: "refuse" } as const;
      expect(await store.changeApp(app.number, { conflicts: "refuse" }, 5000)).toEqual(back);
      expect(await store.app(app.number)).toEqual({ ...app, registration: "open" });
      const known = { ...app, registration: "open" } as const;
      expect(await store.changeApp(app.number, { identity: IDENTITY }, 5000)).toEqual({ ...known, identity: IDENTITY });
      expect(await store.app(app.number)).toEqual({ ...known, identity: IDENTITY });
      expect(await store.changeApp(app.number, { identity: NO_IDENTITY }, 5000)).toEqual(known);
      expect(await store.app(app.number)).toEqual(known);
      expect(await store.changeApp(app.number + 1, { batchMax: 1 }, 5000)).toBeUndefined();
    });

    test("incompatible settings are refused, whichever of them comes last", async () => {
      await using opened = await open();
      const { store } = opened;
      const app = await addApp(store);
      const { number } = app;
      const { cursor } = await store.changesSince(0);
      const mapped = { ...NO_IDENTITY, oidc: { ...OIDC, userClaimMap: "hash" } } as const;
      expect(await store.changeApp(number, { registration: "open", identity: mapped }, 5000)).toBe("incompatible");
      expect(await store.app(number)).toEqual(app);
      expect(await store.changesSince(cursor)).toEqual({ cursor, changes: [] });
      done(await store.changeApp(number, { identity: mapped }, 5000));
      expect(await store.changeApp(number, { registration: "open", batchMax: 7 }, 5000)).toBe("incompatible");
      expect(await store.app(number)).toEqual({ ...app, identity: mapped });
      done(await store.changeApp(number, { registration: "open", identity: { ...NO_IDENTITY, oidc: OIDC } }, 5000));
      expect(await store.changeApp(number, { identity: mapped }, 5000)).toBe("incompatible");
    });

    test("concurrent calls that set naming by claim or open registration never leave both", async () => {
      await using opened = await open();
      const { store } = opened;
      const { number } = await addApp(store);
      const mapped = { ...NO_IDENTITY, oidc: { ...OIDC, userClaimMap: "hash" } } as const;
      const changes = Array.from({ length: 12 }, (_, index) =>
        index % 2 === 0 ? { identity: mapped } : ({ registration: "open" } as const),
      );
      const answers = await Promise.all(changes.map((change) => store.changeApp(number, change, 5000)));
      expect(answers.filter((answer) => answer === "incompatible")).toHaveLength(6);
    });

    test("a change of a deleted app is a conflict, and changes nothing", async () => {
      await using opened = await open();
      const { store } = opened;
      const { number } = await addApp(store);
      const [none, some] = [null, identityText(IDENTITY)];
      const change = (formerIdentity: string | null, identity: IdentitySettings) =>
        store.changeApp(number, { formerIdentity, identity, batchMax: 7 }, 5000);
      expect(await change(some, IDENTITY)).toBe("conflict");
      expect(await store.app(number)).toMatchObject({ identity: NO_IDENTITY, batchMax: null });
      done(await change(none, IDENTITY));
      expect(await change(none, NO_IDENTITY)).toBe("conflict");
      expect((await store.app(number))?.identity).toEqual(IDENTITY);
      done(await change(some, NO_IDENTITY));
      expect(await change(some, IDENTITY)).toBe("conflict");
      const answers = await Promise.all(Array.from({ length: 12 }, () => change(none, IDENTITY)));
      expect(answers.filter((answer) => answer === "conflict")).toHaveLength(11);
    });

    test("tokens are revoked at the time of the change, and each time is later than the previous one", async () => {
      await using opened = await open();
      const { store } = opened;
      const { number } = await addApp(store);
      const times = [];
      for (const now of [5000, 5000, 3000]) {
        times.push(done(await store.changeApp(number, { revokeAdminTokens: true }, now)).adminTokensValidAfter);
        times.push(done(await store.changeApp(number, { revokeTokens: true }, now)).tokensValidAfter);
      }
      expect(times).toEqual([5000, 5000, 5001, 5001, 5002, 5002]);
    });

    test("a deleted app is unknown, accepts nothing, and its number is not reused", async () => {
      await using opened = await open();
      const { store } = opened;
      const app = await addApp(store);
      await addUsers(store, app, "ada");
      const read = await attributesOf(store, app, "ada");
      expect(await store.deleteApp(app.number, 5000)).toBe(true);
      expect(await store.deleteApp(app.number, 5000)).toBe(false);
      expect(await store.app(app.number)).toBeUndefined();
      expect(await store.apps()).toEqual([]);
      expect(await store.insertUsers(app.number, [newUser("bob")])).toBeUndefined();
      expect(await store.writeAttributes(replacing(app, "ada", read, '{"a":"b"}', 2))).toBe("conflict");
      const again = await addApp(store);
      expect(again.number).not.toBe(app.number);
      expect(await store.user(again.number, name("ada"))).toBeUndefined();
    });

    test("data of a deleted app can neither be read nor changed, and waits for the purge", async () => {
      await using opened = await open();
      const { store } = opened;
      const { number } = await addApp(store);
      const drafts = [newUser("ada", 1), newUser("bob", 2)];
      await store.insertUsers(number, drafts);
      const [ada, bob] = drafts.map((draft) => draft.name);
      if (ada === undefined || bob === undefined) throw new Error("no users");
      await store.deleteApp(number, 5000);
      expect(await store.changeApp(number, { batchMax: 1 }, 5000)).toBeUndefined();
      expect(await store.user(number, ada)).toBeUndefined();
      expect(await store.users(number, undefined, 10)).toEqual([]);
      expect(await store.users(number, { created: 1, name: ada }, 10)).toEqual([]);
      expect(await store.attributes(number, ada)).toBeUndefined();
      expect(await store.attributesOf(number, [ada, bob])).toEqual([undefined, undefined]);
      expect(await store.usage(number)).toBe(0);
      expect(await store.changeUser(number, ada, { activated: false }, 5000)).toBeUndefined();
      await store.clearAttributes(number, ada, 5000);
      const { cursor } = await store.changesSince(0);
      expect(await store.deleteUsers(number, [ada, bob], 5000)).toEqual([]);
      expect((await store.changesSince(cursor)).changes).toEqual([]);
      expect(await store.purge(10)).toBe(2);
    });

    test("data of deleted apps is removed in portions, and nothing else is", async () => {
      await using opened = await open();
      const { store } = opened;
      const gone = await addApp(store, "org/gone");
      const kept = await addApp(store, "org/kept");
      await addUsers(store, gone, "a", "b", "c", "d", "e");
      await addUsers(store, kept, "a", "b");
      expect(await store.purge(2)).toBe(0);
      await store.deleteApp(gone.number, 5000);
      expect(await purgeAll(store, 2)).toEqual([2, 2, 1]);
      expect(await store.users(kept.number, undefined, 10)).toHaveLength(2);
    });

    test("a purge continues from one deleted app to the next, even past an empty one", async () => {
      await using opened = await open();
      const { store } = opened;
      const apps = [await addApp(store, "org/one"), await addApp(store, "org/none"), await addApp(store, "org/two")];
      const [one, , two] = apps;
      if (one === undefined || two === undefined) throw new Error("no apps");
      await addUsers(store, one, "a", "b", "c");
      await addUsers(store, two, "a", "b", "c", "d");
      for (const { number } of apps) await store.deleteApp(number, 5000);
      const portions = await purgeAll(store, 2);
      expect(Math.max(...portions)).toBe(2);
      expect(portions.reduce((sum, count) => sum + count, 0)).toBe(7);
      expect(await store.purge(2)).toBe(0);
    });

    test("callers can change bytes that they passed in or read, without changing the stored app", async () => {
      await using opened = await open();
      const { store } = opened;
      const stored = [1, 2, 3];
      const draft = { ...newApp("org/app"), clientSecretHash: new Uint8Array(stored) };
      const app = await store.insertApp(draft);
      if (app === "taken") throw new Error("taken");
      for (const bytes of [draft.clientSecretHash, app.clientSecretHash]) bytes.fill(9);
      for (const read of await store.apps()) read.clientSecretHash.fill(9);
      (await store.app(app.number))?.clientSecretHash.fill(9);
      expect([...((await store.app(app.number))?.clientSecretHash ?? [])]).toEqual(stored);

      const clientSecretHash = new Uint8Array(stored);
      const changed = done(await store.changeApp(app.number, { clientSecretHash }, 5000));
      for (const bytes of [clientSecretHash, changed.clientSecretHash]) bytes.fill(9);
      expect([...((await store.app(app.number))?.clientSecretHash ?? [])]).toEqual(stored);
    });
  });
}

/** The sizes of all portions, until none is left. */
async function purgeAll(store: Store, countMax: number): Promise<number[]> {
  const portions: number[] = [];
  for (let count = await store.purge(countMax); count > 0; count = await store.purge(countMax)) portions.push(count);
  return portions;
}
