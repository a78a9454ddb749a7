import { join } from "node:path";
import { Connection } from "../../src/store/sqlite/connection/connection.ts";
import { APP } from "../data/seeded-store.ts";
import { FEW_USERS, freshStore } from "../data/stores.ts";
import type { Draw } from "../load/draw.ts";
import { ask } from "../measure/answer.ts";
import { finishedCommand } from "../measure/finished-command.ts";
import { rateRatio, times } from "../measure/ratios.ts";
import { measureRounds } from "../measure/rounds.ts";
import { median } from "../measure/statistics.ts";
import { startBare } from "../sides/bare.ts";
import { issueToken } from "../sides/issue-token.ts";
import { startUsermeta, type Usermeta } from "../sides/usermeta.ts";
import { BATCH } from "../sides/usermeta-requests.ts";
import { CHANGED, type VersionRequests, versionRequests } from "../sides/version-requests.ts";
import type { Case } from "./case.ts";

const MAIN = join(import.meta.dir, "../../src/main.ts");

/** When all attributes of the store were last changed, so that one text of a request can name the version of any user. */
const MODIFIED = 1_700_000_000_000;

/** A list of this many contacts. Some of them have changed. */
const CONTACTS = 1000;
const CONTACTS_CHANGED = 3;
/** The first of them warm it up. */
const LIST_TIMES = 51;

/** The cost of conditions, deltas and batches of sets over the plain calls. */
export const versions: Case = async (bench) => {
  const store = await freshStore(bench);
  const connection = new Connection(store);
  connection.run("UPDATE users SET attributes_modified = ?1", MODIFIED);
  connection.close();
  // Sets have a store of their own: readers would have to receive their changes.
  const changing = await freshStore(bench);
  // Sets of a hundred users conflict with others all the time.
  const setApp = [process.execPath, MAIN, "app", "set", APP, "--conflicts", "merge", "--store", `sqlite:${changing}`];
  await finishedCommand(setApp, { signal: bench.signal });
  const asked = versionRequests(await issueToken(`sqlite:${store}`, bench.signal), MODIFIED);
  const sets = versionRequests(await issueToken(`sqlite:${changing}`, bench.signal), MODIFIED);
  await using bare = await startBare(bench, store);
  await using ours = await startUsermeta(bench, { store });
  await using changed = await startUsermeta(bench, { store: changing });
  const [full, delta] = await contactList(ours, asked);
  const draw: Draw = { kind: "uniform", count: FEW_USERS };
  const series = await measureRounds(bench, {
    get: { side: ours, what: "get", request: ours.requests.get, draw },
    unchanged: { side: ours, what: "get, If-None-Match, 304", request: asked.unchanged, draw },
    bareBatch: { side: bare, what: "batch of 100", request: bare.requests.batch, draw },
    batch: { side: ours, what: "batch of 100", request: ours.requests.batch, draw },
    delta: { side: ours, what: `batch of 100 with versions, ${CHANGED} changed`, request: asked.delta, draw },
    set: { side: changed, what: "set", request: changed.requests.set, draw },
    batchSet: { side: changed, what: "batch set of 100", request: sets.batchSet, draw },
  });
  return {
    series,
    measured: {
      versionsUnchanged: rateRatio(series.unchanged, series.get),
      versionsDelta: rateRatio(series.delta, series.bareBatch),
      versionsBatchSet: times(BATCH, rateRatio(series.batchSet, series.set)),
    },
    notes: [
      `a contact list of ${CONTACTS} of whom ${CONTACTS_CHANGED} have changed, in ${CONTACTS / BATCH} calls one after the ` +
        `other: ${full} in full, ${delta} with versions`,
    ],
  };
};

/** The bytes on the wire for the whole list and its time, in full and with versions. */
async function contactList(ours: Usermeta, { listDelta }: VersionRequests): Promise<readonly [string, string]> {
  const told = async (what: (first: number, changed: number) => string): Promise<string> => {
    const times: number[] = [];
    let bytes = 0;
    for (let time = 0; time < LIST_TIMES; time++) {
      const from = performance.now();
      bytes = 0;
      for (let call = 0; call < CONTACTS / BATCH; call++) {
        const { body } = await ask(ours.port, what(call * BATCH, call < CONTACTS_CHANGED ? 1 : 0));
        bytes += Buffer.byteLength(body);
      }
      times.push(performance.now() - from);
    }
    return `${bytes} bytes in ${median(times).toFixed(1)} ms`;
  };
  return [await told(ours.requests.list), await told(listDelta)];
}
