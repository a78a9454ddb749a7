import { connectRaw, type RawConnection } from "../../harness/raw.ts";
import { GREEDY_ADDRESS, type Request, type Target } from "../row.ts";
import type { Pace } from "./pace.ts";

const AGAIN_MS = 50;

export interface Asking {
  readonly connections: number;
  /** @param connection counted from 0 @param count how many were sent on it before */
  request(connection: number, count: number): Request | Promise<Request>;
  /** The source address of a connection; one address for all when left out. */
  readonly from?: (connection: number) => string;
}

/** Sends on many connections concurrently, on each as soon as the last answer is there, whatever its status. */
export async function ask({ origin }: Target, pace: Pace, { connections, request, from }: Asking): Promise<void> {
  async function askOn(index: number): Promise<void> {
    let connection: RawConnection | undefined;
    for (let count = 0; !pace.isOver; count++) {
      const { method, path, ...sent } = await request(index, count);
      try {
        connection ??= await connectRaw(origin, from?.(index) ?? GREEDY_ADDRESS);
        const { status, headers } = await connection.call(method, path, sent);
        pace.answered(status);
        if (headers.get("connection") !== "close") continue;
      } catch {
        pace.answered(0);
        await pace.sleep(AGAIN_MS);
      }
      await connection?.[Symbol.asyncDispose]();
      connection = undefined;
    }
  }
  // Requests that are unanswered at the end are abandoned with the process.
  const all = Promise.all(Array.from({ length: connections }, (_, index) => askOn(index)));
  await Promise.race([all, pace.end()]);
}
