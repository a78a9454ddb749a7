import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import type { Bench } from "../bench.ts";
import { filledIn } from "../load/request.ts";
import { ask } from "../measure/answer.ts";
import { SERVER_CORE } from "../measure/cores.ts";
import { freePort } from "../measure/free-port.ts";
import { StartedProcess } from "../measure/started-process.ts";
import { awaitReady } from "./await-ready.ts";
import { issueToken } from "./issue-token.ts";
import type { Side } from "./side.ts";
import { startEnvironment } from "./usermeta.ts";
import { type UsermetaRequests, usermetaRequests } from "./usermeta-requests.ts";

export interface Bare extends Side {
  /** The same bytes as usermeta's, token included. It answers only those for all attributes. */
  readonly requests: Pick<UsermetaRequests, "get" | "batch" | "chinese" | "realistic">;
}

const SERVER = join(import.meta.dir, "bare-server.ts");

/**
 * The smallest `Bun.serve` with usermeta's answers to gets and batches of the users of `store`: the honest limit of this
 * runtime. It answers byte for byte the same, except for the times (test/bench/bare.test.ts).
 */
export async function startBare(bench: Bench, store: string): Promise<Bare> {
  const requests = usermetaRequests(await issueToken(`sqlite:${store}`, bench.signal));
  const port = await freePort();
  await using starting = new AsyncDisposableStack();
  const process = starting.use(
    new StartedProcess([globalThis.process.execPath, SERVER, store, `${port}`], {
      folder: mkdtempSync(join(bench.folder, "bare-")),
      core: SERVER_CORE,
      env: startEnvironment(),
    }),
  );
  await awaitReady(process, bench.signal, async () => (await ask(port, filledIn(requests.get.text))).status === 200);
  const owned = starting.move();
  return {
    name: "bare Bun.serve",
    port,
    pids: [process.pid],
    settings:
      "the smallest `Bun.serve` with the same answers, its environment as `npm start` sets it; all users in a Map, as " +
      "text for a get and as bytes for a batch; no token, no store, no other calls",
    requests,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
