import { NO_IDENTITY } from "../../../src/core/identity-settings.ts";
import type { UserName } from "../../../src/core/model.ts";
import type { NewUser } from "../../../src/core/ports/user-store.ts";
import { send } from "../../harness/client.ts";
import { runLimited } from "../../harness/run-limited.ts";
import type { TestClock } from "../../harness/test-clock.ts";
import { operatorOf } from "../revocation/revocations.ts";
import { type AuthorityApp, HOSTED_BELIEVED_MS, TOKENS_LAST_MS } from "./authority-app.ts";
import { type CallerKind, isTrusted, type Maker } from "./callers.ts";

/** The app and the users that an ending applies to. */
export interface EndingScope {
  readonly app: AuthorityApp;
  /** The users that call. */
  readonly users: readonly NewUser[];
  readonly clock: TestClock;
}

export interface Ending {
  readonly name: string;
  /** Whether the caller's bearer is revoked. */
  readonly ends: (caller: CallerKind) => boolean;
  /** The new state of the user that a token names, and of their password. */
  readonly user?: "another password" | "deactivated" | "gone" | "another";
  /** Whether the client secret has changed, the app is gone, or registration has been closed. */
  readonly app?: "another secret" | "gone" | "closed";
  readonly movesClock?: true;
  /** Holds when the files have been read again, which each thread does in its own time. */
  readonly isReread?: Maker;
  readonly end: (scope: EndingScope) => Promise<unknown>;
  /** Where it is more than one app's. */
  readonly isOfServer?: true;
}

const isUser = ({ relation }: CallerKind): boolean => relation === "self";
/** All that are ended with the client secret: also those of others, which are judged by when they were made. */
const isAdminsToken = ({ relation, maker }: CallerKind): boolean => relation === "admin" && maker !== "operator";
const isToken = (caller: CallerKind): boolean => isUser(caller) || isAdminsToken(caller);
const never = (): boolean => false;
const madeBy =
  (wanted: Maker) =>
  ({ maker }: CallerKind): boolean =>
    maker === wanted;

/** Every way in which authority ends. */
export const ENDINGS: readonly Ending[] = [
  {
    name: "the client secret was rotated",
    ends: isAdminsToken,
    app: "another secret",
    end: ({ app }) => operatorOf(app.service).rotateSecret(app.app),
  },
  {
    name: "the admins' tokens were revoked",
    ends: isAdminsToken,
    end: ({ app }) => operatorOf(app.service).revokeTokens(app.app, "admin"),
  },
  {
    name: "all tokens of the app were revoked",
    ends: isToken,
    end: ({ app }) => operatorOf(app.service).revokeTokens(app.app, "all"),
  },
  {
    name: "the password was changed",
    ends: isUser,
    user: "another password",
    end: (scope) => forEachUser(scope, "PUT", "/password", { newpassword: "another" }),
  },
  {
    name: "the user's tokens were revoked",
    ends: isUser,
    end: ({ app, users }) =>
      runLimited(users, AT_ONCE, ({ name }) =>
        app.service.store.changeUser(app.app.number, name, { revokeTokens: true }, Date.now()),
      ),
  },
  {
    name: "the user was deactivated",
    ends: isUser,
    user: "deactivated",
    end: (scope) => forEachUser(scope, "POST", "/deactivate"),
  },
  {
    name: "the user was deleted",
    ends: isUser,
    user: "gone",
    end: (scope) => forEachUser(scope, "DELETE", ""),
  },
  {
    name: "the user was deleted and created again",
    ends: isUser,
    user: "another",
    async end(scope) {
      const { app, users } = scope;
      await forEachUser(scope, "DELETE", "");
      for (let from = 0; from < users.length; from += 60) {
        const json = users.slice(from, from + 60).map(({ name }) => ({ username: name, password: "another" }));
        await done(send("POST", `${app.base}/users`, { token: app.operatorKey, json }));
      }
      await app.giveAttributes(users.map(({ name }) => name));
    },
  },
  {
    name: "the token expired",
    ends: isToken,
    movesClock: true,
    end: async ({ clock }) => clock.advance(TOKENS_LAST_MS + CLOCKS_DIFFER_MS),
  },
  {
    name: "the app was deleted",
    ends: () => true,
    app: "gone",
    end: ({ app }) => operatorOf(app.service).remove(app.app),
  },
  {
    name: "registration was closed",
    ends: never,
    app: "closed",
    end: ({ app }) => operatorOf(app.service).set(app.app, { registration: "authorised" }),
  },
  {
    name: "the operator's key was replaced",
    ends: madeBy("operator"),
    isReread: "operator",
    isOfServer: true,
    end: async ({ app }) => app.service.reread(`${app.operatorKey}-2`),
  },
  {
    name: "the certificate was taken out of its file",
    ends: madeBy("agora"),
    isReread: "agora",
    end: ({ app }) => app.replaceFiles({ certificate: "0".repeat(32) }),
  },
  {
    name: "the client secret of the hosted app was taken out of its file",
    ends: madeBy("easemob"),
    isReread: "easemob",
    end: ({ app }) => app.replaceFiles({ clientSecret: "another" }),
  },
  {
    name: "the provider's key was taken out",
    ends: madeBy("provider"),
    isReread: "provider",
    end: ({ app }) => app.replaceFiles({ keys: [] }),
  },
  {
    name: "the hosted service has revoked the token, and is asked again",
    ends: madeBy("hosted"),
    movesClock: true,
    async end({ app, clock }) {
      app.hosted.revokeAll();
      clock.advance(HOSTED_BELIEVED_MS + CLOCKS_DIFFER_MS);
    },
  },
  {
    name: "the app does not take tokens of others any more",
    ends: isTrusted,
    end: ({ app }) => operatorOf(app.service).set(app.app, { identity: NO_IDENTITY }),
  },
];

const AT_ONCE = 10;
/** A clock that a test moves stands still, and issuers of tokens follow another one. */
const CLOCKS_DIFFER_MS = 60_000;

async function forEachUser(
  { app, users }: EndingScope,
  method: string,
  path: string,
  json?: unknown,
): Promise<unknown> {
  const one = (name: UserName) =>
    done(send(method, `${app.base}/users/${name}${path}`, { token: app.operatorKey, ...(json ? { json } : {}) }));
  return await runLimited(users, AT_ONCE, ({ name }) => one(name));
}

async function done(answer: ReturnType<typeof send>): Promise<void> {
  const { status, text } = await answer;
  if (status !== 200) throw new Error(`${status}: ${text}`);
}
