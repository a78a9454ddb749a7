import { createServer } from "node:net";

/** Below what systems give to outgoing connections (Linux from 32768, others from 49152), and above well-known ones. */
const FROM = 20_000;
const UNTIL = 32_000;

const given = new Set<number>();

/**
 * A port of the loopback address for a server that will be killed and must find it free again: no client's connection
 * can be given it meanwhile. Nobody listened on it a moment ago, and it is given once.
 */
export async function lastingPort(): Promise<number> {
  for (;;) {
    const port = FROM + Math.floor(Math.random() * (UNTIL - FROM));
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const probe = createServer();
  probe.once("error", () => resolve(false));
  probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  return await promise;
}
