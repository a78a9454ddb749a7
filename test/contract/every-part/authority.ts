import { describe, expect, test } from "bun:test";
import { isUnavailable } from "../../../src/core/faults/store-failure.ts";
import type { App, User } from "../../../src/core/model.ts";
import type { Store } from "../../../src/core/ports/store.ts";
import { type Authority, NEVER_ENDED } from "../../../src/core/ports/terms.ts";
import { addApp, done, name, newUser, type OpenForTest } from "../open-for-test.ts";
import { type AuthorityScene, CALLS, setScene } from "./authority-calls.ts";

const ADA = name("ada");
const TARGETS = ["ada", "bob"] as const;
const NOW_MS = 9000;
const LANES = 6;

interface Asker {
  /** Of a caller whose tokens were issued after all revocations so far. */
  readonly authority: (app: App, ada: User) => Authority;
  /** By the kind of revocation. */
  readonly endings: Readonly<Record<string, (store: Store, app: App) => Promise<unknown>>>;
}

const endAppTokens = (store: Store, { number }: App) => store.changeApp(number, { revokeTokens: true }, NOW_MS);
const revokeAdminTokens = (store: Store, { number }: App) =>
  store.changeApp(number, { revokeAdminTokens: true }, NOW_MS);

/** Each kind of caller, with every way in which the authority ends. */
const ASKERS: Readonly<Record<string, Asker>> = {
  "an admin": {
    authority: ({ tokensValidAfter, adminTokensValidAfter }) => ({
      appEndedMax: tokensValidAfter,
      adminEndedMax: adminTokensValidAfter,
    }),
    endings: { "the app's tokens are revoked": endAppTokens, "the admins' tokens are revoked": revokeAdminTokens },
  },
  "a user": {
    authority: ({ tokensValidAfter }, { id, name: called, tokensValidAfter: endedMax }) => ({
      appEndedMax: tokensValidAfter,
      adminEndedMax: NEVER_ENDED,
      user: { id, name: called, endedMax },
    }),
    endings: {
      "the app's tokens are revoked": endAppTokens,
      "the user's tokens are revoked": (store, { number }) =>
        store.changeUser(number, ADA, { revokeTokens: true }, NOW_MS),
      "the user is deactivated": (store, { number }) => store.changeUser(number, ADA, { activated: false }, NOW_MS),
      "the user is deleted": (store, { number }) => store.deleteUsers(number, [ADA], NOW_MS),
      "the user is deleted and created again": async (store, { number }) => {
        await store.deleteUsers(number, [ADA], NOW_MS);
        await store.insertUsers(number, [newUser("ada", NOW_MS)]);
      },
    },
  },
  "an unauthenticated client": {
    authority: () => ({ appEndedMax: NEVER_ENDED, adminEndedMax: NEVER_ENDED, registrations: [null, "open"] }),
    endings: {
      "registration is closed": (store, { number }) => store.changeApp(number, { registration: "authorised" }, NOW_MS),
    },
  },
};

const CELLS = Object.entries(ASKERS).flatMap(([asks, { authority, endings }]) =>
  Object.entries(endings).map(([how, end]) => ({ asks, how, authority, end })),
);

/** Every call for every user, each in an app of its own. */
const CALLED = Object.entries(CALLS).flatMap(([called, call]) =>
  TARGETS.map((target) => ({ called, target, ...call })),
);

export function describeAuthority(open: OpenForTest): void {
  describe("authority", () => {
    let scenes = 0;
    const newScene = async (store: Store): Promise<AuthorityScene> => {
      scenes += 1;
      return await setScene(store, await addApp(store, `org/app${scenes}`));
    };

    test.each(CELLS)("of $asks ends when $how: nothing is stored", async ({ authority, end }) => {
      await using opened = await open();
      const { store } = opened;
      await eachOf(CALLED, async ({ called, target, call, unauthorised = "unauthorised" }) => {
        const scene = await newScene(store);
        await end(store, scene.app);
        const before = await everythingOf(scene);
        const answer = await call(scene, target, authority(scene.app, scene.ada));
        expect({ called, target, answer }).toEqual({ called, target, answer: unauthorised });
        expect({ called, target, ...(await everythingOf(scene)) }).toEqual({ called, target, ...before });
      });
    });

    test.each(CELLS)("of $asks that ends when $how ends for calls in flight", async ({ authority, end }) => {
      await using opened = await open();
      const { store } = opened;
      await eachOf(Object.entries(CALLS), async ([called, { call }]) => {
        const scene = await newScene(store);
        const allowed = authority(scene.app, scene.ada);
        const callAll = () => Promise.all(TARGETS.map((target) => untilFree(() => call(scene, target, allowed))));
        const early = [callAll(), callAll()];
        const ending = untilFree(() => end(store, scene.app));
        const late = [callAll(), callAll()];
        await ending;
        const then = await everythingOf(scene);
        await Promise.all([...early, ...late]);
        expect({ called, ...(await everythingOf(scene)) }).toEqual({ called, ...then });
      });
    });

    test.each(Object.entries(ASKERS))("of %s that was not revoked changes nothing", async (_, { authority }) => {
      await using opened = await open();
      const { store } = opened;
      await eachOf(CALLED, async ({ called, target, call }) => {
        const [asked, unasked] = [await newScene(store), await newScene(store)];
        const answer = withoutIds(await call(asked, target, authority(asked.app, asked.ada)));
        const expected = withoutIds(await call(unasked, target, undefined));
        expect({ called, target, answer }).toEqual({ called, target, answer: expected });
      });
    });

    test.each(Object.entries(ASKERS))("of %s does not end with that of another caller", async (_, { authority }) => {
      await using opened = await open();
      const { store } = opened;
      await eachOf(CALLED, async ({ called, target, call, unauthorised = "unauthorised" }) => {
        const [scene, other] = [await newScene(store), await newScene(store)];
        await endAppTokens(store, other.app);
        for (const [{ number }, text] of [[other.app, "ada"] as const, [scene.app, "bob"] as const]) {
          await store.changeUser(number, name(text), { activated: false, revokeTokens: true }, NOW_MS);
        }
        const allowed = authority(scene.app, scene.ada);
        if (allowed.adminEndedMax === NEVER_ENDED) await revokeAdminTokens(store, scene.app);
        const answer = await call(scene, target, allowed);
        expect({ called, target, answer }).not.toEqual({ called, target, answer: unauthorised });
      });
    });

    test.each(Object.entries(ASKERS))("of %s is invalid in a deleted app", async (_, { authority }) => {
      await using opened = await open();
      const { store } = opened;
      await eachOf(CALLED, async ({ called, target, call }) => {
        const scene = await newScene(store);
        const ended = authority(scene.app, scene.ada);
        await store.changeApp(scene.app.number, { revokeTokens: true, registration: "authorised" }, NOW_MS);
        await store.deleteApp(scene.app.number, NOW_MS);
        const answer = await call(scene, target, ended);
        const expected = await call(scene, target, undefined);
        expect({ called, target, answer }).toEqual({ called, target, answer: expected });
      });
    });

    test("of some registration settings is for apps with one of these", async () => {
      await using opened = await open();
      const { store } = opened;
      const { number } = await addApp(store);
      const insert = async (...registrations: NonNullable<Authority["registrations"]>) =>
        await store.insertUsers(number, [newUser("ada")], {
          appEndedMax: NEVER_ENDED,
          adminEndedMax: NEVER_ENDED,
          registrations,
        });
      expect(await insert("open")).toBe("unauthorised");
      expect(await insert()).toBe("unauthorised");
      expect(await insert("open", null)).toEqual(["inserted"]);
      done(await store.changeApp(number, { registration: "open" }, NOW_MS));
      expect(await insert(null)).toBe("unauthorised");
      expect(await insert("open")).toEqual(["taken"]);
    });
  });
}

/** A few at a time: an engine may refuse calls that wait too long. */
async function eachOf<Item>(items: readonly Item[], run: (item: Item) => Promise<void>): Promise<void> {
  const waiting = items.values();
  const lane = async (): Promise<void> => {
    for (const item of waiting) await run(item);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

/** Calls that conflict may be refused for a while: nothing of them is stored then. */
async function untilFree<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!isUnavailable(error)) throw error;
    }
  }
}

/** Everything that a call could change. */
async function everythingOf({ store, app: { number }, read }: AuthorityScene) {
  const users = await store.users(number, undefined, 100);
  const names = users.map((user) => user.name);
  const ids = Object.values(read).map(({ userId }) => userId);
  const { changes } = await store.changesSince(0);
  return {
    users,
    attributes: await store.attributesOf(number, names, "write"),
    usage: await store.usage(number),
    told: changes.filter((change) => change.kind === "user" && ids.includes(change.userId)),
  };
}

/** Users of two apps differ only in their ids. */
function withoutIds(answer: unknown): unknown {
  return JSON.parse(JSON.stringify(answer ?? null, (key, value: unknown) => (key === "id" ? undefined : value)));
}
