import type { App, User } from "../../../src/core/model.ts";
import type { AttributesWrite, StoredAttributes } from "../../../src/core/ports/attribute-store.ts";
import type { Store } from "../../../src/core/ports/store.ts";
import type { Authority, WriteTerms } from "../../../src/core/ports/terms.ts";
import { addUsers, attributesOf, done, name, newUser, replacing } from "../open-for-test.ts";

/** An app whose tokens, and ada's, were revoked before, each at another time. */
export interface AuthorityScene {
  readonly store: Store;
  readonly app: App;
  readonly ada: User;
  /** Of ada, bob and cyd, who all have some. */
  readonly read: Readonly<Record<string, StoredAttributes>>;
}

interface AuthorityCall {
  /** @param target ada or bob */
  call(scene: AuthorityScene, target: string, authority: Authority | undefined): Promise<unknown>;
  /** The result when the authority has ended; "unauthorised" when left out. */
  readonly unauthorised?: readonly string[];
}

const CALL_MS = 9500;
const BYTES = 10;

export async function setScene(store: Store, { number }: App): Promise<AuthorityScene> {
  const names = ["ada", "bob", "cyd"];
  await store.changeApp(number, { revokeTokens: true }, 2000);
  const app = done(await store.changeApp(number, { revokeAdminTokens: true }, 2100));
  await addUsers(store, app, ...names);
  const write = async (text: string) =>
    store.writeAttributes(replacing(app, text, await attributesOf(store, app, text), '{"a":"b"}', BYTES));
  await Promise.all(names.map(write));
  const ada = done(await store.changeUser(number, name("ada"), { revokeTokens: true }, 2200));
  const read: Record<string, StoredAttributes> = {};
  for (const text of names) read[text] = await attributesOf(store, app, text);
  return { store, app, ada, read };
}

/** Every call with an authority, even if it would be refused for another reason. */
export const CALLS: Readonly<Record<string, AuthorityCall>> = {
  insertUsers: {
    call: ({ store, app }, _, authority) => store.insertUsers(app.number, [newUser("new"), newUser("bob")], authority),
  },
  changeUser: {
    call: ({ store, app }, target, authority) =>
      store.changeUser(app.number, name(target), { passwordHash: "new", revokeTokens: true }, CALL_MS, { authority }),
  },
  "changeUser of another user": {
    call: ({ store, app }, target, authority) => {
      const only = { id: "00000000-0000-4000-8000-ffffffffffff" };
      return store.changeUser(app.number, name(target), { passwordHash: "new" }, CALL_MS, { authority, only });
    },
  },
  "changeUser, conflict": {
    call: ({ store, app, read }, target, authority) => {
      const only = { id: read[target]?.userId ?? "", tokensValidAfter: 1 };
      return store.changeUser(app.number, name(target), { passwordHash: "new" }, CALL_MS, { authority, only });
    },
  },
  deleteUsers: {
    call: ({ store, app }, target, authority) =>
      store.deleteUsers(app.number, [name(target), name("cyd")], CALL_MS, { authority }),
  },
  "deleteUsers of an unknown user": {
    call: ({ store, app }, _, authority) => store.deleteUsers(app.number, [name("nobody")], CALL_MS, { authority }),
  },
  writeAttributes: {
    call: (scene, target, authority) => scene.store.writeAttributes(writeTo(scene, target), terms(authority)),
  },
  "writeAttributes to the present holder of the name": {
    call: async (scene, target, authority) => {
      const { store, app, read } = scene;
      const current = (await store.attributes(app.number, name(target), "write")) ?? read[target];
      const write = writeTo({ ...scene, read: current === undefined ? {} : { [target]: current } }, target);
      return await store.writeAttributes(write, terms(authority));
    },
  },
  "writeAttributes, conflict": {
    call: (scene, target, authority) =>
      scene.store.writeAttributes({ ...writeTo(scene, target), version: 0 }, terms(authority)),
  },
  "writeAttributes, full": {
    call: (scene, target, authority) =>
      scene.store.writeAttributes({ ...writeTo(scene, target), appBytesMax: 1 }, terms(authority)),
  },
  writeAttributesOf: {
    call: (scene, target, authority) => scene.store.writeAttributesOf(twoOf(scene, target), false, terms(authority)),
    unauthorised: ["unauthorised", "unauthorised"],
  },
  "writeAttributesOf, conflict and full": {
    call: (scene, target, authority) =>
      scene.store.writeAttributesOf(
        [
          { ...writeTo(scene, target), version: 0 },
          { ...writeTo(scene, "cyd"), appBytesMax: 1 },
        ],
        false,
        terms(authority),
      ),
    unauthorised: ["unauthorised", "unauthorised"],
  },
  "writeAttributesOf, all or nothing": {
    call: (scene, target, authority) => scene.store.writeAttributesOf(twoOf(scene, target), true, terms(authority)),
    unauthorised: ["unauthorised", "unauthorised"],
  },
  "writeAttributesOf, all or nothing, conflict": {
    call: (scene, target, authority) =>
      scene.store.writeAttributesOf(
        [{ ...writeTo(scene, target), version: 0 }, writeTo(scene, "cyd")],
        true,
        terms(authority),
      ),
    unauthorised: ["unauthorised", "unauthorised"],
  },
  clearAttributes: {
    call: ({ store, app }, target, authority) => store.clearAttributes(app.number, name(target), CALL_MS, authority),
  },
  "clearAttributes of an unknown user": {
    call: ({ store, app }, _, authority) => store.clearAttributes(app.number, name("nobody"), CALL_MS, authority),
  },
};

function terms(authority: Authority | undefined): WriteTerms {
  return { account: "test", waitMaxMs: 60_000, authority };
}

/** Replaces the attributes read at setup, and grows. */
function writeTo({ app, read }: AuthorityScene, target: string): AttributesWrite {
  const stored = read[target];
  if (stored === undefined) throw new Error(`${target} is not of the scene`);
  return replacing(app, target, stored, '{"a":"new"}', BYTES + 1);
}

function twoOf(scene: AuthorityScene, target: string): AttributesWrite[] {
  return [writeTo(scene, target), writeTo(scene, "cyd")];
}
