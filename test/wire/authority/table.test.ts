import { afterAll, beforeAll, expect, test } from "bun:test";
import { isUnavailable } from "../../../src/core/faults/store-failure.ts";
import { appRoutes, type Rules } from "../../../src/http/routing/routes.ts";
import { eventually } from "../../harness/eventually.ts";
import { connectRaw } from "../../harness/raw.ts";
import { runLimited } from "../../harness/run-limited.ts";
import { type AuthorityApp, type AuthorityServer, startAuthorityServer } from "./authority-app.ts";
import { bearerOf, CALLERS, type Maker } from "./callers.ts";
import { CALLS } from "./calls.ts";
import { type CellRequest, cellRequests } from "./cell-request.ts";
import { CELLS, type Cell, cellName, expectedOutcome, MOMENTS, type Moment, outcomeText } from "./cells.ts";
import { ENDINGS, type Ending } from "./endings.ts";

/**
 * Every call with a body, by every caller that may make it, × every way in which authority ends × when it does: before
 * the head of the request, between its head and its last byte, after its answer. One test for each way; what each cell must
 * be is computed in cells.ts.
 */
type Table = Readonly<Record<string, Readonly<Record<Moment, string>>>>;

test("the table has a row for every route that takes a body", () => {
  // as: a route's handler is made of rules, but none is called here
  const routes = appRoutes({} as Rules).filter(({ method }) => method !== "GET");
  const name = ({ method, path }: { method: string; path: string }) => `${method} ${path}`;
  expect([...new Set(CALLS.map(name))].sort()).toEqual(routes.map(name).sort());
  for (const { method, path, ...route } of routes) {
    const rows = CALLS.filter((row) => row.method === method && row.path === path);
    if (route.bearer === "needed") expect(rows.map(({ needs }) => needs)).toContain(route.operation);
    expect(CELLS.some(({ call }) => rows.includes(call))).toBe(true);
  }
});

/** Of each test, some of which run together. */
const AT_ONCE = 16;
/** A database on a busy machine may be too busy: nothing is stored then, and clients ask again. */
const TRIES = 30;
const ASK_AGAIN_MS = 100;

let shared: AuthorityServer;
beforeAll(async () => {
  shared = await startAuthorityServer();
});
afterAll(() => shared[Symbol.asyncDispose]());

for (const [index, ending] of ENDINGS.entries()) {
  // The server reads its files again once a second: the tests that wait for it wait together.
  const run = ending.isReread === undefined || ending.isOfServer ? test : test.concurrent;
  run(ending.name, async () => {
    const { movesClock = false, isOfServer = false } = ending;
    await using own = movesClock || isOfServer ? await startAuthorityServer({ movesClock }) : undefined;
    const server = own ?? shared;
    expect(await tableOf(server, ending, `app-${index}`)).toEqual(expectedTable(ending));
    expect(server.service.faults.filter((fault) => !isUnavailable(fault))).toEqual([]);
  });
}

function expectedTable(ending: Ending): Table {
  return tableBy((cell, moment) => expectedOutcome(ending, cell, moment));
}

async function tableOf(server: AuthorityServer, ending: Ending, appName: string): Promise<Table> {
  await using stack = new AsyncDisposableStack();
  const app = await server.newApp(appName);
  const requests = await cellRequests(app, stack);
  const of = (moment: Moment) => requests.filter((request) => request.moment === moment);
  const outcomes = new Map<CellRequest, string>();
  const look = async (request: CellRequest, canLook = true): Promise<void> => {
    let status = await request.answered();
    for (let tried = 1; status === 503 && tried < TRIES; tried++) {
      await Bun.sleep(ASK_AGAIN_MS);
      sendWhole(request);
      status = await request.answered();
    }
    outcomes.set(request, outcomeText(status, canLook ? await request.isDone() : undefined));
  };
  await runLimited(requests, AT_ONCE, (request) => request.introduce());

  const early = of("after the answer");
  const between = of("before the last byte");
  const late = of("before the head");
  const [atOnce, waiting] = [between.filter(isByHead), between.filter((request) => !isByHead(request))];
  await runLimited(early, AT_ONCE, (request) => {
    sendWhole(request);
    return look(request);
  });
  await runLimited(atOnce, AT_ONCE, (request) => {
    request.begin();
    return look(request);
  });
  for (const request of waiting) request.begin();
  await haveTurns(server);
  expect(waiting.filter(({ status }) => status !== undefined).map(({ cell }) => cellName(cell))).toEqual([]);

  const users = [...waiting, ...late].filter(
    ({ cell }) => cell.caller.relation === "self" || cell.call.needs === "password",
  );
  const canLook = ending.app !== "gone";
  await ending.end({ app, clock: server.clock, users: users.map(({ subject }) => subject.user) });
  if (ending.isReread !== undefined) await refusedEverywhere(app, ending.isReread);

  await runLimited(waiting, AT_ONCE, (request) => {
    request.end();
    return look(request, canLook);
  });
  await runLimited(late, AT_ONCE, (request) => {
    sendWhole(request);
    return look(request, canLook);
  });
  if (!canLook) expect(await server.service.store.users(app.app.number, undefined, 1)).toEqual([]);
  return tableBy((cell, moment) => {
    const request = requests.find((each) => each.cell === cell && each.moment === moment);
    return (request && outcomes.get(request)) ?? "never asked";
  });
}

function tableBy(outcomeOf: (cell: Cell, moment: Moment) => string): Table {
  return Object.fromEntries(
    CELLS.map((cell) => {
      const row = Object.fromEntries(MOMENTS.map((moment) => [moment, outcomeOf(cell, moment)]));
      return [cellName(cell), row as Readonly<Record<Moment, string>>]; // as: a member for each moment
    }),
  );
}

function sendWhole(request: CellRequest): void {
  request.begin();
  request.end();
}

function isByHead({ cell }: CellRequest): boolean {
  return cell.call.begins === "with the head";
}

/** More than there are threads: each of them is very likely to have taken one. */
const CONNECTIONS = 8;
const TURNS = 5;

/** Lets every serving thread handle the messages sent to it. */
async function haveTurns({ service }: AuthorityServer): Promise<void> {
  await using stack = new AsyncDisposableStack();
  for (let count = 0; count < CONNECTIONS; count++) {
    const connection = stack.use(await connectRaw(service.origin));
    for (let turn = 0; turn < TURNS; turn++) await connection.call("GET", "/-/health");
  }
}

/** Waits until every thread has read the files again. */
async function refusedEverywhere(app: AuthorityApp, maker: Maker): Promise<void> {
  const caller = CALLERS.find((each) => each.maker === maker);
  if (caller === undefined) throw new Error(`no kind of caller has a token of ${maker}`);
  const makers = { ...app, appKey: app.app.key, adminToken: app.admin.token, ownToken: app.admin.tokenOf };
  const headers = async (count: number) =>
    [
      ["Authorization", `Bearer ${await bearerOf(caller, "user-0-x", makers)}`],
      ["X-Forwarded-For", `10.255.0.${count}`],
    ] as const;
  const knock = async (_: unknown, count: number): Promise<number> => {
    await using connection = await connectRaw(app.service.origin);
    return (await connection.call("GET", `/${app.app.key}/metadata/limits`, { headers: await headers(count) })).status;
  };
  await eventually(async () => {
    const statuses = await Promise.all(Array.from({ length: CONNECTIONS }, knock));
    expect(statuses).toEqual(statuses.map(() => 401));
  });
}
