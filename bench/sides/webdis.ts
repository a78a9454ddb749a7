import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Bench } from "../bench.ts";
import { COUNTER, DRAWN_NAME, filledIn, type Request, requestText } from "../load/request.ts";
import { ask } from "../measure/answer.ts";
import { SERVER_CORE } from "../measure/cores.ts";
import { freePort } from "../measure/free-port.ts";
import { StartedProcess } from "../measure/started-process.ts";
import { awaitReady } from "./await-ready.ts";
import { documentsOf } from "./documents.ts";
import { findPrograms, versionOf } from "./programs.ts";
import { DOCUMENT, HASH, startRedis } from "./redis.ts";
import type { Side } from "./side.ts";
import { BATCH } from "./usermeta-requests.ts";

export interface Webdis extends Side {
  readonly requests: { readonly get: Request; readonly batch: Request; readonly set: Request };
}

/** Redis over HTTP, filled with the users of `store`; undefined, with a message, where it is not available. */
export async function startWebdis(bench: Bench, store: string): Promise<Webdis | undefined> {
  const programs = findPrograms(bench, "webdis", { "redis-server": "redis-server", webdis: "webdis" });
  if (programs === undefined) return undefined;
  const folder = mkdtempSync(join(bench.folder, "webdis-"));
  await using starting = new AsyncDisposableStack();
  const redis = starting.use(await startRedis(bench, programs["redis-server"], folder, store));
  const port = await freePort();
  const file = join(folder, "webdis.json");
  writeFileSync(file, JSON.stringify(configuration(port, redis.port)));
  const process = starting.use(new StartedProcess([programs.webdis, file], { folder, core: SERVER_CORE }));
  await awaitReady(process, bench.signal, async () => (await ask(port, filledIn(requests.get.text))).status === 200);
  const owned = starting.move();
  return {
    name: "webdis",
    port,
    pids: [process.pid, redis.pid],
    settings:
      `Redis ${versionOf(programs["redis-server"])} with appendonly yes, appendfsync always, no snapshots; ` +
      "webdis as Debian ships it, two threads, its log off, TCP between the two",
    requests,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Debian's file, except for the ports, the log and staying in the foreground. */
function configuration(port: number, redisPort: number): object {
  return {
    redis_host: "127.0.0.1",
    redis_port: redisPort,
    redis_auth: null,
    http_host: "127.0.0.1",
    http_port: port,
    threads: 2,
    daemonize: false,
    database: 0,
    acl: [{ disabled: ["DEBUG"] }],
    verbosity: 0,
    logfile: "/dev/null",
  };
}

const requests: Webdis["requests"] = {
  get: {
    text: requestText({ method: "GET", path: `/HGETALL/${HASH}${DRAWN_NAME}` }),
    isAnswer: documentsOf(1),
  },
  // In the body, because a hundred names make a longer path than webdis accepts.
  batch: {
    text: requestText({ method: "POST", path: "/", body: `MGET${`/${DOCUMENT}${DRAWN_NAME}`.repeat(BATCH)}` }),
    isAnswer: documentsOf(BATCH),
  },
  set: {
    text: requestText({
      method: "GET",
      path: `/HSET/${HASH}${DRAWN_NAME}/nickname/Nick+${COUNTER}/sign/Hello%20there,%20${COUNTER}`,
    }),
    isAnswer: (body) => body === '{"HSET":0}',
  },
};
