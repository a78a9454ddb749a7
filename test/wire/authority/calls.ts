import { userName } from "../../../src/core/model.ts";
import { encodeCursor } from "../../../src/http/answers/user-page.ts";
import type { CallRow, Looked, Subject } from "./call-row.ts";
import { COMPANION_CALLS } from "./companion-calls.ts";

/** Below the app's prefix, with the subject's name in it; the values of other parameters do not matter. */
export function pathOf({ path, query }: CallRow, subject: Subject): string {
  const filled = path.replace("{username}", subject.user.name).replace(/\{\w+\}/g, "60");
  return `${filled}${query?.(subject) ?? ""}`;
}

const FORM = "application/x-www-form-urlencoded";
const MERGE_PATCH = "application/merge-patch+json";

/** Every call with a body, and those that take no notice of one. */
export const CALLS: readonly CallRow[] = [
  {
    name: "set",
    method: "PUT",
    path: "/metadata/user/{username}",
    needs: "setMetadata",
    begins: "with the body",
    contentType: FORM,
    body: () => "late=1",
    isDone: isSet,
  },
  {
    name: "merge patch",
    method: "PATCH",
    path: "/metadata/user/{username}",
    needs: "setMetadata",
    begins: "with the body",
    contentType: MERGE_PATCH,
    body: () => '{"late":"1"}',
    isDone: isSet,
  },
  {
    name: "removal of attributes",
    method: "DELETE",
    path: "/metadata/user/{username}",
    needs: "removeMetadata",
    begins: "with the head",
    body: () => "{}",
    async isDone(looked, subject) {
      return (await attributesOf(looked, subject))?.json === "{}";
    },
  },
  {
    name: "batch get",
    method: "POST",
    path: "/metadata/user/get",
    needs: "getManyMetadata",
    begins: "with the body",
    body: ({ user }) => JSON.stringify({ targets: [user.name] }),
  },
  {
    name: "batch set",
    method: "POST",
    path: "/metadata/user/set",
    needs: "setManyMetadata",
    begins: "with the body",
    body: ({ user }) => JSON.stringify({ targets: { [user.name]: { late: "1" } } }),
    isDone: isSet,
  },
  {
    name: "batch set, all or nothing",
    method: "POST",
    path: "/metadata/user/set",
    needs: "setManyMetadata",
    begins: "with the body",
    body: ({ user }) => JSON.stringify({ targets: { [user.name]: { late: "1" } }, atomic: true }),
    isDone: isSet,
  },
  {
    name: "token for the client secret",
    method: "POST",
    path: "/token",
    needs: "client secret",
    begins: "with the body",
    body: ({ credentials: { clientId, clientSecret } }) =>
      JSON.stringify({ grant_type: "client_credentials", client_id: clientId, client_secret: clientSecret }),
  },
  {
    name: "token for a password",
    method: "POST",
    path: "/token",
    needs: "password",
    begins: "with the body",
    hasOldPassword: true,
    body: ({ user }) => JSON.stringify({ grant_type: "password", username: user.name, password: "old" }),
  },
  {
    name: "token for a user who is made",
    method: "POST",
    path: "/token",
    needs: "inheritUser",
    begins: "with the body",
    body: ({ newName }) => JSON.stringify({ grant_type: "inherit", username: newName, autoCreateUser: true }),
    isDone: isMade,
  },
  {
    name: "token for a user",
    method: "POST",
    path: "/token",
    needs: "inheritUser",
    begins: "with the body",
    body: ({ user }) => JSON.stringify({ grant_type: "inherit", username: user.name }),
  },
  {
    name: "token for another's token",
    method: "POST",
    path: "/token",
    needs: "token",
    begins: "with the body",
    body: () => JSON.stringify({ grant_type: "agora" }),
  },
  {
    name: "registration",
    method: "POST",
    path: "/users",
    needs: "registerUser",
    begins: "with the body",
    body: ({ newName }) => JSON.stringify({ username: newName, password: "late" }),
    isDone: isMade,
  },
  {
    name: "registration of many",
    method: "POST",
    path: "/users",
    needs: "registerUsers",
    begins: "with the body",
    body: ({ newName }) =>
      JSON.stringify([
        { username: newName, password: "late" },
        { username: `${newName}-2`, password: "late" },
      ]),
    isDone: isMade,
  },
  {
    name: "deletion of many",
    method: "DELETE",
    path: "/users",
    needs: "deleteUsers",
    begins: "with the head",
    query: ({ user }) => `?limit=1&cursor=${encodeCursor({ created: user.created - 1, name: user.name })}`,
    body: () => "{}",
    isDone: isGone,
  },
  {
    name: "deletion",
    method: "DELETE",
    path: "/users/{username}",
    needs: "deleteUsers",
    begins: "with the head",
    body: () => "{}",
    isDone: isGone,
  },
  {
    name: "change of a password",
    method: "PUT",
    path: "/users/{username}/password",
    needs: "changePassword",
    begins: "with the body",
    hasOldPassword: true,
    body: () => '{"oldpassword":"old","newpassword":"late"}',
    async isDone(looked, subject) {
      return (await looked.store.user(looked.app, subject.user.name))?.passwordHash === "quick late";
    },
  },
  {
    name: "deactivation",
    method: "POST",
    path: "/users/{username}/deactivate",
    needs: "activateUser",
    begins: "with the head",
    body: () => "{}",
    async isDone(looked, subject) {
      return (await looked.store.user(looked.app, subject.user.name))?.activated === false;
    },
  },
  {
    name: "activation",
    method: "POST",
    path: "/users/{username}/activate",
    needs: "activateUser",
    begins: "with the head",
    body: () => "{}",
    // The user is active already; the time shows that they are stored again.
    async isDone(looked, { user }) {
      const found = await looked.store.user(looked.app, user.name);
      return found !== undefined && found.modified !== user.created;
    },
  },
  ...COMPANION_CALLS,
];

async function attributesOf({ store, app }: Looked, { user }: Subject) {
  return await store.attributes(app, user.name, "write");
}

async function isSet(looked: Looked, subject: Subject): Promise<boolean> {
  return (await attributesOf(looked, subject))?.json.includes("late") ?? false;
}

async function isMade({ store, app }: Looked, { newName }: Subject): Promise<boolean> {
  const name = userName(newName);
  return name !== undefined && (await store.user(app, name)) !== undefined;
}

async function isGone({ store, app }: Looked, { user }: Subject): Promise<boolean> {
  return (await store.user(app, user.name)) === undefined;
}
