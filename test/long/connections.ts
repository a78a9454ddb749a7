/** The guarantees for connections at their limit, at any length: the tests run it shortly, `test:long` at length. */
import { expect } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { eventually } from "../harness/eventually.ts";
import { connectRaw } from "../harness/raw.ts";
import { OPERATOR_KEY, UsermetaProcess, withDescriptors } from "../harness/usermeta-process.ts";

export interface ConnectionsAtLimit {
  readonly descriptorsMax: number;
  readonly workers: number;
  readonly store: string;
  /** How long the limit is held. */
  readonly heldMs: number;
}

const AUTHORIZATION = ["Authorization", `Bearer ${OPERATOR_KEY}`] as const;

const HELD_AT_ONCE = 16;

/** One client holds silent connections up to the limit, while another keeps using its own. */
export async function checkSilentConnections(limit: ConnectionsAtLimit): Promise<void> {
  const { descriptorsMax, heldMs } = limit;
  await using server = startServer(limit);
  const origin = await server.origin();
  const probeMs = await healthMs(origin);
  await using active = await connectRaw(origin);
  await using idle = await connectRaw(origin);
  await idle.call("GET", "/-/health");
  const call = () => active.call("GET", "/org/app/metadata/user/capacity", { headers: [AUTHORIZATION] });
  await call();

  const idleEnded = idle.answer().catch((error: Error) => error.message);
  using silent = new DisposableStack();
  let held = 0;
  const heldUntil = performance.now() + heldMs;
  const isHeld = () => performance.now() > heldUntil && held >= 2 * descriptorsMax;
  while (!isHeld() || server.count("connectionsNearMax") === 0) {
    // In portions: the kernel defers connections that do not fit into the listener's queue.
    if (held < 2 * descriptorsMax) {
      silent.use(holdSilent(origin, HELD_AT_ONCE, "127.0.0.2"));
      held += HELD_AT_ONCE;
    }
    expect((await call()).status).toBe(200);
    await Bun.sleep(20);
  }
  expect(await idleEnded).toContain("ended");

  // The store and the log find room. No connection is accepted, and the server does not spin meanwhile.
  const waiting = healthMs(origin);
  expect(readdirSync(`/proc/${server.pid}/fd`).length).toBeLessThan(0.95 * descriptorsMax);
  const [cpuBefore, before] = [cpuMs(server.pid), performance.now()];
  await Promise.race([waiting, Bun.sleep(1000)]);
  expect(cpuMs(server.pid) - cpuBefore).toBeLessThan(0.5 * (performance.now() - before));

  silent.dispose();
  await eventually(async () => expect(readdirSync(`/proc/${server.pid}/fd`).length).toBeLessThan(descriptorsMax / 2));
  const freeAt = performance.now();
  // Several: the client's system repeats a connection that had no room only after a second.
  const attempts = Array.from({ length: 10 }, async (_, index) => {
    await Bun.sleep(50 * index);
    return await healthMs(origin);
  });
  await Promise.race(attempts);
  expect(performance.now() - freeAt).toBeLessThan(1000 + 10 * probeMs);
  await Promise.all([waiting, ...attempts]);
  expect(server.count("connectionsNearMax")).toBe(1);
}

/** One client leaves idle as many connections as may be open. */
export async function checkIdleConnections(limit: ConnectionsAtLimit): Promise<void> {
  const { descriptorsMax } = limit;
  await using server = startServer(limit);
  const origin = await server.origin();
  let closed = 0;
  const sockets = Array.from({ length: descriptorsMax }, () => {
    const socket = connect({ ...addressOf(origin), localAddress: "127.0.0.2" });
    socket.on("connect", () => socket.write("GET /-/health HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    socket.on("error", () => {});
    socket.on("close", () => (closed += 1));
    socket.resume();
    return socket;
  });
  try {
    await eventually(async () => expect(closed).toBeGreaterThan(descriptorsMax / 2), 10_000);
    await healthMs(origin);
    expect(server.count("connectionsNearMax")).toBe(1);
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

function startServer({ descriptorsMax, workers, store }: ConnectionsAtLimit): UsermetaProcess {
  return new UsermetaProcess(store, { USERMETA_WORKERS: `${workers}` }, withDescriptors(descriptorsMax));
}

/** Connections that send nothing; those that are refused or wait in the kernel's queue count too. */
function holdSilent(origin: string, count: number, localAddress: string): Disposable {
  const sockets = Array.from({ length: count }, (): Socket => {
    const socket = connect({ ...addressOf(origin), localAddress });
    socket.on("error", () => {});
    return socket;
  });
  return {
    [Symbol.dispose]() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

function addressOf(origin: string): { readonly host: string; readonly port: number } {
  const { hostname, port } = new URL(origin);
  return { host: hostname, port: Number(port) };
}

/** On a new connection. */
async function healthMs(origin: string): Promise<number> {
  const from = performance.now();
  await using connection = await connectRaw(origin);
  expect((await connection.call("GET", "/-/health")).status).toBe(200);
  return performance.now() - from;
}

function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(" ");
  return (Number(fields[13]) + Number(fields[14])) * 10;
}
