import { connect, type Socket } from "node:net";
import { GREEDY_ADDRESS, type Target } from "../row.ts";
import type { Pace } from "./pace.ts";

const OPENED_AT_ONCE = 50;
const AGAIN_MS = 500;

export interface Holding {
  readonly connections: number;
  /** The first bytes to send; empty = none. */
  readonly bytes?: (connection: number) => string | Uint8Array;
  /** The bytes to send repeatedly after that. */
  readonly drip?: { readonly bytes: string; readonly everyMs: number };
  /** Answers are left in the socket. */
  readonly isDeaf?: true;
  readonly from?: (connection: number) => string;
}

/** Opens many connections, sends the given bytes on each, and holds it; a closed one is opened again. */
export async function hold(target: Target, pace: Pace, holding: Holding): Promise<void> {
  const { connections } = holding;
  for (let index = 0; index < connections && !pace.isOver; index++) {
    void keep(target, pace, holding, index);
    if (index % OPENED_AT_ONCE === OPENED_AT_ONCE - 1) await pace.sleep(1);
  }
  await pace.end();
}

async function keep(target: Target, pace: Pace, { bytes, drip, isDeaf, from }: Holding, index: number): Promise<void> {
  const { hostname, port } = new URL(target.origin);
  while (!pace.isOver) {
    const { promise: closed, resolve: close } = Promise.withResolvers<void>();
    const socket: Socket = connect({
      host: hostname,
      port: Number(port),
      localAddress: from?.(index) ?? GREEDY_ADDRESS,
    });
    socket.on("error", () => {});
    socket.on("close", close);
    if (isDeaf) socket.pause();
    else socket.on("data", (chunk: Buffer) => countAnswers(chunk, pace));
    const first = bytes?.(index);
    if (first !== undefined) socket.write(first);
    const dripping = drip && setInterval(() => socket.write(drip.bytes), drip.everyMs);
    await Promise.race([closed, pace.end()]);
    clearInterval(dripping);
    await pace.sleep(AGAIN_MS);
  }
}

/** The status in an answer's head; a head that is cut in two is not counted. */
export function countAnswers(chunk: Buffer, pace: Pace): number {
  const heads = [...chunk.toString("latin1").matchAll(/HTTP\/1\.1 (\d{3})/g)];
  for (const [, status] of heads) pace.answered(Number(status));
  return heads.length;
}
