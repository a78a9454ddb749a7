import { connect } from "node:net";
import { GREEDY_ADDRESS, type Target } from "../row.ts";
import { countAnswers } from "./hold.ts";
import type { Pace } from "./pace.ts";

export interface Pipelining {
  readonly connections: number;
  /** The number of requests sent before an answer is read. */
  readonly depth: number;
  readonly request: Uint8Array;
}

/** Pipelines many requests on each connection, and again when most of the answers are there. */
export async function pipeline(target: Target, pace: Pace, { connections, depth, request }: Pipelining): Promise<void> {
  const { hostname, port } = new URL(target.origin);
  const many = Buffer.concat(Array.from({ length: depth }, () => request));
  for (let index = 0; index < connections; index++) {
    const socket = connect({ host: hostname, port: Number(port), localAddress: GREEDY_ADDRESS });
    let answers = 0;
    socket.on("error", () => pace.answered(0));
    socket.on("data", (chunk: Buffer) => {
      answers += countAnswers(chunk, pace);
      if (answers < depth * 0.9 || pace.isOver) return;
      answers -= depth;
      socket.write(many);
    });
    socket.write(many);
  }
  await pace.end();
}
