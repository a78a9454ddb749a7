import { expect, test } from "bun:test";
import { isAllowed } from "../../../src/core/access.ts";
import type { AppSettings } from "../../../src/core/model.ts";
import { appRoutes, type Rules } from "../../../src/http/routing/routes.ts";
import { type Sent, send, signIn } from "../../harness/client.ts";
import { from } from "../../harness/from-address.ts";
import { runLimited } from "../../harness/run-limited.ts";
import { type AuthorityApp, type AuthorityServer, startAuthorityServer } from "./authority-app.ts";
import { BEARERS, type BearerKind, BRIEF_SECONDS, makeBearer } from "./bearers.ts";
import type { CallRow, Subject } from "./call-row.ts";
import { isTrusted } from "./callers.ts";
import { CALLS, pathOf } from "./calls.ts";
import { addressOf, draftUser } from "./cell-request.ts";
import { outcomeText } from "./cells.ts";
import { READS } from "./reads.ts";

/** Every route × every kind of token, in two apps that answer differently. */
const ROWS = [...CALLS, ...READS];

type Settings = Pick<AppSettings, "dialect"> & { readonly registration: "open" | "authorised" };

const SETTINGS: readonly Settings[] = [
  { dialect: "2021", registration: "authorised" },
  { dialect: "2026", registration: "open" },
];

test("the table has a row for every route", () => {
  // as: a route's handler is made of rules, but none is called here
  const routes = appRoutes({} as Rules);
  const name = ({ method, path }: { method: string; path: string }) => `${method} ${path}`;
  expect([...new Set(ROWS.map(name))].sort()).toEqual(routes.map(name).sort());
  for (const route of routes) {
    const needs = ROWS.filter((row) => name(row) === name(route)).map((row) => row.needs);
    if (route.bearer === "needed") expect(new Set(needs)).toEqual(new Set([route.operation]));
  }
});

for (const settings of SETTINGS) {
  test(`every route with every kind of token, ${settings.dialect}, registration ${settings.registration}`, async () => {
    await using server = await startAuthorityServer({ movesClock: true });
    const requests = await requestsOf(server, settings);
    const actual = await runLimited(requests, AT_ONCE, async (request) => [nameOf(request), await outcomeOf(request)]);
    const expected = requests.map((request) => [nameOf(request), expectedOutcome(request, settings)]);
    expect(Object.fromEntries(actual)).toEqual(Object.fromEntries(expected));
    expect(server.service.faults).toEqual([]);
  });
}

interface TokenRequest {
  readonly app: AuthorityApp;
  readonly call: CallRow;
  readonly bearer: BearerKind;
  readonly token: string | undefined;
  readonly subject: Subject;
  readonly address: string;
}

function nameOf({ call, bearer }: TokenRequest): string {
  return `${call.method} ${call.path}, ${call.name}: ${bearer.name}`;
}

/** The rule: core/access.ts's table for callers with a valid token; 401 for all others. */
function expectedOutcome({ call, bearer }: TokenRequest, settings: Settings): string {
  const status = expectedStatus(call, bearer, settings);
  return outcomeText(status, call.isDone === undefined ? undefined : status === 200);
}

function expectedStatus({ needs }: CallRow, bearer: BearerKind, settings: Settings): number {
  const { caller, condition, isAnother } = bearer;
  // The body decides, whatever token comes along.
  if (needs === "client secret") return 200;
  if (needs === "password") return { deactivated: 400, deleted: 404 }[condition as string] ?? 200; // as: of the two
  if (condition !== "good") return 401;
  if (needs === "token") return isTrusted(caller) ? 200 : 401;
  return isAllowed(needs, isAnother ? "other" : caller.relation, settings) ? 200 : 401;
}

async function outcomeOf({ app, call, token, subject, address }: TokenRequest): Promise<string> {
  const type = call.contentType === undefined ? {} : { "content-type": call.contentType };
  const sent: Sent = { token, headers: { ...from(address), ...type } };
  const body = call.method === "GET" ? sent : { ...sent, body: call.body(subject) };
  const isDone = async () => await call.isDone?.({ store: app.service.store, app: app.app.number }, subject);
  // The cause of a bad token may already have the effect that the call would have on the user.
  const wasDone = await isDone();
  const { status } = await send(call.method, `${app.base}${pathOf(call, subject)}`, body);
  return outcomeText(status, wasDone === true ? false : await isDone());
}

const AT_ONCE = 100;
const BYSTANDER = "bystander";
/** Before now; tokens that are made now are later, also in whole seconds. */
const REVOKED_BEFORE_MS = 5000;

async function requestsOf(server: AuthorityServer, settings: Settings): Promise<readonly TokenRequest[]> {
  const [app, other] = await Promise.all([server.newApp("one", settings), server.newApp("two")]);
  const { store } = server.service;
  const { number } = app.app;
  const wanted = ROWS.flatMap((call) => BEARERS.map((bearer) => ({ call, bearer })));
  const subjects = wanted.map((each, index) => ({
    ...each,
    subject: { user: draftUser(index), newName: `new-${index}`, credentials: app.credentials },
    address: addressOf(index),
  }));
  const users = subjects.map(({ subject }) => subject.user);
  await store.insertUsers(number, users);
  await store.insertUsers(
    other.app.number,
    users.map((user) => ({ ...user, id: crypto.randomUUID() })),
  );
  await app.admin.register(BYSTANDER);
  await app.giveAttributes(
    subjects.filter(({ call }) => call.needs === "removeMetadata").map(({ subject }) => subject.user.name),
  );

  const brief = await briefTokens(app);
  const endedAt = Date.now() - REVOKED_BEFORE_MS;
  await store.changeApp(number, { revokeAdminTokens: true }, endedAt);
  const makers = {
    appKey: app.app.key,
    operatorKey: app.operatorKey,
    hosted: app.hosted,
    revokedAdmin: app.admin.token,
    admin: await signIn(app),
    brief: async (username: string | undefined) => (username === undefined ? brief.admin : await brief.of(username)),
    ofOtherApp: async (username: string | undefined) =>
      username === undefined ? other.admin.token : await other.admin.tokenOf(username),
  };
  const requests = await runLimited(subjects, AT_ONCE, async (each): Promise<TokenRequest> => {
    const { bearer, subject } = each;
    const username = bearer.isAnother ? BYSTANDER : subject.user.name;
    return { app, ...each, token: await makeBearer(bearer, username, makers) };
  });
  for (const { bearer, subject } of subjects) {
    const { name } = subject.user;
    const { condition, caller } = bearer;
    if (caller.relation !== "self") continue;
    if (condition === "revoked") await store.changeUser(number, name, { revokeTokens: true }, endedAt);
    if (condition === "deactivated")
      await store.changeUser(number, name, { activated: false, revokeTokens: true }, endedAt);
    if (condition === "deleted") await store.deleteUsers(number, [name], endedAt);
  }
  server.clock.advance(2 * BRIEF_SECONDS * 1000);
  return requests;
}

/** Tokens of ours that do not last. */
async function briefTokens({ base, credentials }: AuthorityApp) {
  const ask = async (json: unknown, token?: string): Promise<string> =>
    (await send("POST", `${base}/token`, { token, json })).body.access_token;
  const { clientId: client_id, clientSecret: client_secret } = credentials;
  const signingIn = { grant_type: "client_credentials", client_id, client_secret };
  return {
    admin: await ask({ ...signingIn, ttl: BRIEF_SECONDS }),
    async of(username: string) {
      return await ask({ grant_type: "inherit", username, ttl: BRIEF_SECONDS }, await ask(signingIn));
    },
  };
}
