import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Bench } from "../bench.ts";
import { readDocuments } from "../data/documents.ts";
import { SERVER_CORE } from "../measure/cores.ts";
import { freePort } from "../measure/free-port.ts";
import { StartedProcess } from "../measure/started-process.ts";
import { awaitReady } from "./await-ready.ts";

export interface Redis extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
}

/** Before the name of a user's hash, and of the same as one JSON document. */
export const HASH = "h:";
export const DOCUMENT = "d:";

/** Redis that flushes its log before it answers, with every user of the store as a hash and as a document. */
export async function startRedis(bench: Bench, program: string, parent: string, store: string): Promise<Redis> {
  const folder = join(parent, "redis");
  mkdirSync(folder);
  const port = await freePort();
  const file = join(folder, "redis.conf");
  writeFileSync(file, `bind 127.0.0.1\nport ${port}\ndir ${folder}\nappendonly yes\nappendfsync always\nsave ""\n`);
  await using starting = new AsyncDisposableStack();
  const process = starting.use(new StartedProcess([program, file], { folder, core: SERVER_CORE }));
  await awaitReady(process, bench.signal, () => isReady(port));
  await fill(port, store, bench.signal);
  const owned = starting.move();
  return { port, pid: process.pid, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function isReady(port: number): Promise<boolean> {
  const client = clientOf(port);
  try {
    return (await client.send("PING", [])) === "PONG";
  } finally {
    client.close();
  }
}

async function fill(port: number, store: string, signal: AbortSignal): Promise<void> {
  const client = clientOf(port);
  try {
    const PORTION = 500;
    let portion: Promise<unknown>[] = [];
    for (const { name, json, attributes } of readDocuments(store)) {
      portion.push(client.send("HSET", [`${HASH}${name}`, ...[...attributes].flat()]));
      portion.push(client.send("SET", [`${DOCUMENT}${name}`, json]));
      if (portion.length < PORTION) continue;
      await Promise.all(portion);
      signal.throwIfAborted();
      portion = [];
    }
    await Promise.all(portion);
  } finally {
    client.close();
  }
}

function clientOf(port: number): Bun.RedisClient {
  return new Bun.RedisClient(`redis://127.0.0.1:${port}`, { autoReconnect: false });
}
