import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AppCredentials, createApps } from "../../src/core/apps/apps.ts";
import { type AppSettings, appKey } from "../../src/core/model.ts";
import { openStore, parseStoreUrl } from "../../src/store/open.ts";
import { systemClock } from "../../src/system/clock.ts";
import { systemDigest } from "../../src/system/digest.ts";
import { systemRandom } from "../../src/system/random.ts";
import { signIn } from "../harness/client.ts";
import { sharedMariadb } from "../harness/mariadb.ts";
import { APP_KEY, OPERATOR_KEY, UsermetaProcess, withDescriptors } from "../harness/usermeta-process.ts";
import type { Engine, Place, Row, Surroundings, Target } from "./row.ts";

/** As `npm start` sets it. Without it a growing heap hides the measured memory. */
const HEAP = { BUN_JSC_gcMaxHeapSize: "16777216" };
const TESTED_APP = "org/tested";

export interface StartedTarget extends AsyncDisposable {
  readonly target: Target;
  readonly surroundings: Surroundings | undefined;
  readonly pid: number;
  /** For when something fails. */
  readonly log: () => string;
}

/** `usermeta serve` on a new store with the needs of the row, as a process of its own. */
export async function startTarget(row: Row, engine: Engine): Promise<StartedTarget> {
  await using stack = new AsyncDisposableStack();
  const { url, place } = await freshStore(stack, engine);
  const surroundings = await row.surroundings?.(place);
  if (surroundings !== undefined) stack.use(surroundings);
  const credentials = await createApp(url, { ratePerSecond: 0, ...row.app, ...surroundings?.app });
  const wrapper = row.descriptorsMax === undefined ? [] : withDescriptors(row.descriptorsMax);
  const server = stack.use(new UsermetaProcess(url, { ...HEAP, ...row.settings }, wrapper));
  const origin = await server.origin();
  const admin = await signIn({ base: `${origin}/${TESTED_APP}`, credentials });
  await admin.register("modest");
  await admin.register("greedy");
  const target: Target = {
    origin,
    app: `/${TESTED_APP}`,
    otherApp: `/${APP_KEY}`,
    adminToken: admin.token,
    modestToken: await admin.tokenOf("modest"),
    greedyToken: await admin.tokenOf("greedy"),
    extra: { operatorKey: OPERATOR_KEY, ...surroundings?.extra },
  };
  await row.prepare?.(target);
  const owned = stack.move();
  return {
    target,
    surroundings,
    pid: server.pid,
    log: () => server.log,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function freshStore(stack: AsyncDisposableStack, engine: Engine): Promise<{ url: string; place: Place }> {
  if (engine === "mysql") {
    const database = stack.use(await (await sharedMariadb()).freshDatabase());
    return { url: database.url, place: { path: undefined, database } };
  }
  const folder = await mkdtemp(join(tmpdir(), "usermeta-starvation-"));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, "usermeta.db");
  return { url: `sqlite:${path}`, place: { path, database: undefined } };
}

async function createApp(url: string, settings: Partial<AppSettings>): Promise<AppCredentials> {
  const location = parseStoreUrl(url);
  if (typeof location === "string") throw new Error(location);
  await using store = await openStore(location);
  const apps = createApps({ store, clock: systemClock, random: systemRandom, digest: systemDigest });
  const key = appKey(TESTED_APP);
  const created = key === undefined ? "taken" : await apps.create(key, settings);
  if (created === "taken") throw new Error(`${TESTED_APP} cannot be made`);
  return created.credentials;
}
