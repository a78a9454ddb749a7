import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Bench } from "../../bench/bench.ts";
import { addProfiles } from "../../bench/data/profiles.ts";
import { freshStore } from "../../bench/data/stores.ts";
import { filledIn, requestText, USER } from "../../bench/load/request.ts";
import { ask } from "../../bench/measure/answer.ts";
import { type Bare, startBare } from "../../bench/sides/bare.ts";
import { startUsermeta, type Usermeta } from "../../bench/sides/usermeta.ts";

/** A power of ten, as the seeds need it. */
const USERS = 1000;
const PATH = "/bench/app/metadata/user/get";

const owned = new AsyncDisposableStack();
let ours: Usermeta;
let bare: Bare;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), "usermeta-bare-"));
  owned.defer(() => rmSync(folder, { recursive: true, force: true }));
  const bench: Bench = {
    seconds: 1,
    rounds: 1,
    folder,
    kept: folder,
    signal: new AbortController().signal,
    progress() {},
    warn() {},
  };
  const store = await freshStore(bench, USERS);
  addProfiles(store, USERS);
  bare = owned.use(await startBare(bench, store));
  ours = owned.use(await startUsermeta(bench, { store }));
});

afterAll(() => owned.disposeAsync());

describe("the benchmark's bare server answers byte for byte as usermeta, except for the times", () => {
  for (const number of [0, 3, 7, 999]) {
    test(`a get of user ${number}`, async () => {
      await expectSame((requests) => requests.get.text.replace(USER, `${100_000_000 + number}`));
    });
  }

  for (const name of ["batch", "chinese", "realistic"] as const) {
    test(`a batch of 100: ${name}`, async () => {
      const body = await expectSame((requests) => filledIn(requests[name].text));
      expect(Object.keys(JSON.parse(body).data)).toHaveLength(100);
    });
  }

  const lists = {
    "one user": ["u100000003"],
    "users named twice": ["u100000001", "u100000002", "u100000001", "u100000002"],
    "a user who does not exist among others": ["u100000001", "nobody", "u100000002"],
    "no user that exists": ["nobody"],
  };
  for (const [what, targets] of Object.entries(lists)) {
    test(`a batch of ${what}`, async () => {
      await expectSame((requests) => {
        const [head = ""] = requests.batch.text.split("\r\n\r\n");
        const headers = { Authorization: /^Authorization: (.*)$/m.exec(head)?.[1] ?? "" };
        return requestText({ method: "POST", path: PATH, headers, body: JSON.stringify({ targets }) });
      });
    });
  }
});

test("the requests of the two sides are as long as each other", () => {
  for (const name of ["get", "batch", "chinese", "realistic"] as const) {
    expect(bare.requests[name].text).toHaveLength(ours.requests[name].text.length);
  }
});

/** Returns the body. */
async function expectSame(textOf: (requests: Usermeta["requests"] | Bare["requests"]) => string): Promise<string> {
  const [expected, actual] = await Promise.all([
    ask(ours.port, textOf(ours.requests)),
    ask(bare.port, textOf(bare.requests)),
  ]);
  expect(expected.status).toBe(200);
  expect(withoutTimes(actual)).toEqual(withoutTimes(expected));
  return actual.body;
}

/** Without the length, too, which has one more byte if the call took ten milliseconds; `ask` compares it with the body. */
function withoutTimes({ head, body }: { readonly head: string; readonly body: string }): readonly string[] {
  return [
    head.replace(/(\r\nDate: )[^\r]+/, "$1…").replace(/(\r\nContent-Length: )\d+/, "$1…"),
    body.replace(/^(\{"timestamp":)\d{13},/, "$1…,").replace(/(,"duration":)\d+\}$/, "$1…}"),
  ];
}
