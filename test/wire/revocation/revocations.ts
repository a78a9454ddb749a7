import { type AppCredentials, type Apps, createApps } from "../../../src/core/apps/apps.ts";
import { systemClock } from "../../../src/system/clock.ts";
import { systemDigest } from "../../../src/system/digest.ts";
import { systemRandom } from "../../../src/system/random.ts";
import { type Admin, type Answer, type Sent, send, signIn } from "../../harness/client.ts";
import type { TestService } from "../../harness/service.ts";

/** Promise 9: immediately in the process that did it, and within this time everywhere. */
export const EVERYWHERE_MS = 1000;

/** The operator's commands, on the store and beside the server. */
export function operatorOf({ store }: TestService): Apps {
  return createApps({ store, clock: systemClock, random: systemRandom, digest: systemDigest });
}

/** Asks with a bearer for something that every good one of the app may have. */
export function knock(base: string, token: string, headers?: Sent["headers"]): Promise<Answer> {
  return send("POST", `${base}/metadata/user/get`, { token, json: { targets: [] }, headers: headers ?? {} });
}

/** The app with other credentials. */
export function signInWith(service: TestService, credentials: AppCredentials): Promise<Admin> {
  return signIn({ base: service.base, credentials });
}

export interface Revocation {
  readonly name: string;
  /** Ends the tokens of the user `ada`; the answer's server is the one that must know it immediately. */
  revoke(base: string, admin: Admin): Promise<Answer>;
  /** How a request with such a token is refused. */
  readonly text: string;
}

const EXPIRED = "Unable to authenticate due to expired access token";
const UNKNOWN = "Unable to authenticate";

/** Everything that ends a user's tokens by a call. */
export const REVOCATIONS: readonly Revocation[] = [
  {
    name: "a password change by an admin",
    revoke: (base, { token }) => send("PUT", `${base}/users/ada/password`, { token, json: { newpassword: "new" } }),
    text: EXPIRED,
  },
  {
    name: "a password change by the user",
    revoke: async (base, admin) =>
      send("PUT", `${base}/users/ada/password`, {
        token: await admin.tokenOf("ada"),
        json: { newpassword: "new", oldpassword: "secret" },
      }),
    text: EXPIRED,
  },
  {
    name: "a deactivation",
    revoke: (base, { token }) => send("POST", `${base}/users/ada/deactivate`, { token }),
    text: EXPIRED,
  },
  {
    name: "a deactivation that is taken back",
    revoke: async (base, { token }) => {
      await send("POST", `${base}/users/ada/deactivate`, { token });
      return await send("POST", `${base}/users/ada/activate`, { token });
    },
    text: EXPIRED,
  },
  {
    name: "a deletion",
    revoke: (base, { token }) => send("DELETE", `${base}/users/ada`, { token }),
    text: UNKNOWN,
  },
  {
    name: "a deletion of many",
    revoke: (base, { token }) => send("DELETE", `${base}/users?limit=100`, { token }),
    text: UNKNOWN,
  },
  {
    name: "a deletion and a new user of the same name",
    revoke: async (base, admin) => {
      await send("DELETE", `${base}/users/ada`, { token: admin.token });
      return await send("POST", `${base}/users`, {
        token: admin.token,
        json: { username: "ada", password: "secret" },
      });
    },
    text: UNKNOWN,
  },
];
