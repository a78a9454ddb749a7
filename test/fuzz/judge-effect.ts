/** Compares an answer's statements about users with those of earlier answers. */
import { isAllowed, relationOf } from "../../src/core/access.ts";
import { type Caller, type UserName, userName } from "../../src/core/model.ts";
import { COMPANION_ROUTES, nameOf } from "./calls.ts";
import { Fault } from "./fault.ts";
import { FORM } from "./grammar/bodies.ts";
import type { BearerName } from "./grammar/step.ts";
import type { Judged } from "./judge-answer.ts";
import { type Attributes, bytesOf, isEqual, type KnownUsers, merged, shown } from "./known-users.ts";
import type { Rendered } from "./render.ts";
import { mayStoreExt } from "./require-ext.ts";
import type { WorldApp } from "./world.ts";

const ADMINS: ReadonlySet<BearerName> = new Set(["admin", "operator", "agora admin"]);
const NAMES: Partial<Record<BearerName, string>> = {
  ada: "ada",
  bob: "bob",
  "agora user": "ada",
  dynamic: "ada",
  jwt: "ada",
  // A token with an admin claim and a user is the user's.
  "jwt admin": "ada",
  "jwt of an unknown user": "eve",
};
/** Tokens that create the user they name (just-in-time provisioning). */
const PROVISIONING: ReadonlySet<BearerName> = new Set([
  "agora user",
  "dynamic",
  "jwt",
  "jwt admin",
  "jwt of an unknown user",
]);
const TRUSTING = "org/app";

export function judgeEffect(rendered: Rendered, answer: Judged): void {
  const { step, app, isExact, method } = rendered;
  const { route } = step.call;
  if (app === undefined || route === null) return;
  const { of } = step.bearer;
  if (PROVISIONING.has(of) && app.key === TRUSTING && app.users.get(NAMES[of]) === undefined)
    app.users.maybe.add(NAMES[of] ?? "");
  if (app.isRated || route === undefined || method === "HEAD" || method === "OPTIONS") return;
  if (answer.status === 200) requirePermission(rendered);
  requireDue(rendered, answer);
  if (answer.status === 404) requireAbsent(rendered, answer);
  requireCondition(rendered, answer);
  if (answer.status !== 200) return;
  const effect = isExact ? EFFECTS[nameOf(route)] : undefined;
  if (effect !== undefined) effect(rendered, answer, app);
  else if (route.method !== "GET") app.users.forget();
}

function callerOf({ step: { bearer, headers } }: Rendered): Caller | undefined {
  const { of, form, flipped } = bearer;
  if (headers.some(({ name }) => name.toLowerCase() === "authorization")) return undefined;
  if (form !== "Bearer $") return undefined;
  if (flipped !== undefined) return { kind: "nobody" };
  if (ADMINS.has(of)) return { kind: "admin" };
  const name = NAMES[of];
  return name === undefined ? { kind: "nobody" } : { kind: "user", id: "", name: name as UserName }; // as: a legal name
}

function requirePermission(rendered: Rendered): void {
  const { app, user, step, isExact } = rendered;
  const { route } = step.call;
  const caller = callerOf(rendered);
  if (app === undefined || !isExact || caller === undefined || route?.bearer !== "needed") return;
  const access = { dialect: app.dialect, registration: "open" as const };
  if (!isAllowed(route.operation, relationOf(caller, user), access)) {
    throw new Fault(`${step.bearer.of} may not do this, and was answered 200`);
  }
}

/** A plain request that fits the limits must succeed. */
function requireDue({ app, user, step, isExact, method, target }: Rendered, { status }: Judged): void {
  const { body, headers, bearer } = step;
  if (app === undefined || !isExact || headers.length > 0 || target.includes("?") || bearer.of !== "admin") return;
  if (bearer.form !== "Bearer $" || bearer.flipped !== undefined || (method !== "PUT" && method !== "PATCH")) return;
  const known = app.users.get(user)?.attributes;
  const { bytes } = app.users;
  if (body?.means === undefined || known === undefined || bytes === undefined) return;
  if (step.call.route?.path !== "/metadata/user/{username}") return;
  if (method === "PUT" && body.contentType !== FORM) {
    if (status !== 415) throw new Fault(`JSON by PUT was answered ${status}`);
    return;
  }
  if (body.means.kind === "senseless") {
    if (status !== 400) throw new Fault(`an attribute without a key was answered ${status}`);
    return;
  }
  if (app.checksExt && !mayStoreExt(body.means.pairs)) {
    if (status !== 400) throw new Fault(`an ext that is no JSON object was answered ${status}`);
    return;
  }
  const [before, after] = [bytesOf(known), bytesOf(merged(known, body.means.pairs))];
  const fits = after <= before || (after <= app.userBytesMax && bytes - before + after <= app.appBytesMax);
  const due = fits ? 200 : 403;
  if (status !== due)
    throw new Fault(`${before} bytes become ${after}, of ${bytes} in the app: ${due} is due, and not ${status}`);
}

function requireAbsent({ app, user }: Rendered, { codes }: Judged): void {
  if (user === undefined || !app?.users.isComplete || app.users.get(user) === undefined) return;
  const isLost = codes.some((code) => ["set_user_unknown", "get_user_unknown", "user_unknown"].includes(code));
  if (isLost) throw new Fault(`${user} is there, and was not found`);
}

function requireCondition({ app, user, step, method, headers }: Rendered, { status, headers: answered }: Judged): void {
  const conditions = headers.filter(([name]) => /^if-(none-)?match$/i.test(name));
  const etag = app?.users.get(user)?.etag;
  const [[name, value] = ["", ""], more] = conditions;
  if (etag === undefined || more !== undefined || step.call.route?.path !== "/metadata/user/{username}") return;
  const isMatch = name.toLowerCase() === "if-match";
  if (isMatch && value === etag && status === 412) throw new Fault(`${etag} is stored, and was answered 412`);
  if (method === "GET" && !isMatch && value === etag && status === 200)
    throw new Fault(`${etag} is stored, and was answered 200`);
  if (status === 304 && answered.get("etag") !== etag)
    throw new Fault(`a 304 with the ETag ${answered.get("etag")}, not ${etag}`);
  if (status === 304 && value !== "*" && !value.includes(etag)) throw new Fault(`a 304 where ${etag} is stored`);
  if (status === 200 && isMatch && value !== "*" && !value.includes(etag))
    throw new Fault(`a 200 where ${etag} is stored`);
}

type Effect = (rendered: Rendered, answer: Judged, app: WorldApp) => void;

/** By method and path of the route table. After any other call the state is read again. */
export const EFFECTS: Readonly<Record<string, Effect>> = {
  "PUT /metadata/user/{username}": written,
  "PATCH /metadata/user/{username}": written,
  "GET /metadata/user/{username}": ({ user }, { body, headers }, { users }) => {
    if (user === undefined || (users.get(user) === undefined && isEmpty(body.data))) return;
    users.hear(
      user,
      {
        attributes: attributesOf(body.data),
        etag: headers.get("etag") ?? undefined,
        modified: Number(body.lastModified),
      },
      false,
    );
  },
  "DELETE /metadata/user/{username}": ({ user, target }, _, { users }) => {
    if (user === undefined || users.get(user) === undefined) return;
    if (target.includes("properties")) users.forgetAttributes(user);
    else users.hear(user, { attributes: new Map() }, true);
  },
  "POST /metadata/user/get": (_, { body }, { users }) => {
    for (const [spelling, data] of Object.entries(membersOf(body.data)))
      requirePart(spelling, attributesOf(data), users);
  },
  "POST /metadata/user/set": (_, { body }, { users }) => {
    const modified = membersOf(body.lastModified);
    for (const [spelling, data] of Object.entries(membersOf(body.data))) {
      users.hear(spelling, { attributes: attributesOf(data), modified: Number(modified[spelling]) }, true);
    }
  },
  "GET /metadata/user/capacity": (_, { body }, { users }) => {
    if (users.bytes !== undefined && body.data !== users.bytes)
      throw new Fault(`the capacity is ${body.data}, and the sum ${users.bytes}`);
  },
  "GET /metadata/limits": ({ user: _ }, { body }, { users }) => {
    const { appBytes } = membersOf(membersOf(body.data).used);
    if (appBytes !== undefined && users.bytes !== undefined && appBytes !== users.bytes)
      throw new Fault(`used are ${appBytes}, and the sum is ${users.bytes}`);
  },
  "POST /token": (_, { body }, { users }) => {
    const { username } = membersOf(body.user);
    if (username !== undefined && users.get(String(username)) === undefined) users.made(String(username));
  },
  "POST /users": (_, answer, { users }) => {
    for (const name of entitiesOf(answer)) users.made(name);
  },
  "GET /users": (_, answer, app) => {
    const { cursor } = answer.body;
    if (typeof cursor === "string") app.cursor = cursor;
  },
  "DELETE /users": (_, answer, { users }) => {
    for (const name of entitiesOf(answer)) users.removed(name);
  },
  "DELETE /users/{username}": (_, answer, { users }) => {
    for (const name of entitiesOf(answer)) users.removed(name);
  },
  "GET /users/{username}": () => {},
  "GET /sdk/users/{username}/token/expires": () => {},
  "PUT /users/{username}/password": () => {},
  "POST /users/{username}/deactivate": () => {},
  "POST /users/{username}/activate": () => {},
  ...Object.fromEntries(COMPANION_ROUTES.map((route) => [nameOf(route), hasNothing])),
};

/** There are no messages and no contacts, and the call changes nothing. */
function hasNothing(_: Rendered, { body, text }: Judged): void {
  const lists = [body.entities, body.result, ...Object.values(membersOf(body.data))].filter(Array.isArray);
  if (lists.some(({ length }) => length > 0)) throw new Fault(`a companion call tells of something: ${text}`);
}

function written(
  { user, step, isExact }: Rendered,
  { body, headers }: Judged,
  { users, userBytesMax }: WorldApp,
): void {
  if (user === undefined || !isExact) throw new Fault("attributes of an unknown user were set");
  const attributes = attributesOf(body.data);
  const before = users.get(user)?.attributes;
  const means = step.body?.means;
  const isDecided = step.headers.every(({ name }) => name.toLowerCase() !== "content-type");
  if (means?.kind === "senseless" && isDecided) throw new Fault("an attribute without a key was taken");
  if (
    means?.kind === "changes" &&
    before !== undefined &&
    isDecided &&
    !isEqual(attributes, merged(before, means.pairs))
  ) {
    throw new Fault(`${shown(before)} and ${JSON.stringify(means.pairs).slice(0, 300)} became ${shown(attributes)}`);
  }
  const [bytes, formerly] = [bytesOf(attributes), before === undefined ? Number.POSITIVE_INFINITY : bytesOf(before)];
  if (bytes > userBytesMax && bytes > formerly)
    throw new Fault(`${bytes} bytes were stored where ${userBytesMax} may be`);
  if (headers.get("x-quota-user-used") !== String(bytes))
    throw new Fault(`X-Quota-User-Used is ${headers.get("x-quota-user-used")}, and stored are ${bytes}`);
  users.hear(user, { attributes, etag: headers.get("etag") ?? undefined, modified: Number(body.lastModified) }, true);
}

/** A batch may have requested only some properties; these must match the user's. */
function requirePart(spelling: string, told: Attributes, users: KnownUsers): void {
  const name = userName(spelling);
  const user = users.get(name);
  if (user === undefined) {
    if (!users.isComplete || users.maybe.has(name ?? "")) return;
    throw new Fault(`attributes of ${JSON.stringify(spelling)}, a user that does not exist`);
  }
  const { attributes } = user;
  if (attributes === undefined || [...told].every(([key, value]) => attributes.get(key) === value)) return;
  throw new Fault(`${spelling} has ${shown(attributes)}, and was told to have ${shown(told)}`);
}

export function attributesOf(data: unknown): Attributes {
  return new Map(
    Object.entries(membersOf(data)).map(([key, value]) => {
      if (typeof value !== "string" || value === "" || key === "")
        throw new Fault(`the attribute ${JSON.stringify([key, value])}`);
      return [key, value] as const;
    }),
  );
}

export function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {}; // as: a JSON object
}

function isEmpty(data: unknown): boolean {
  return Object.keys(membersOf(data)).length === 0;
}

export function entitiesOf({ body }: Pick<Judged, "body">): readonly string[] {
  const { entities } = body;
  return Array.isArray(entities) ? entities.map((entity) => String(membersOf(entity).username)) : [];
}
