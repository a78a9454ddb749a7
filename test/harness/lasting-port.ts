import { createServer } from "node:net";

/**
 * Below the range for outgoing connections (from 32768 on Linux, from 49152 on other systems), and above well-known
 * ports.
 */
const FROM = 20_000;
const UNTIL = 32_000;

const given = new Set<number>();

/**
 * A loopback port for a server that will be killed and restarted on it: no outgoing connection can take it meanwhile.
 * It was free a moment ago, and is returned only once.
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
