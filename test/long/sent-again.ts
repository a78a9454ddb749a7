import { connect } from "node:net";

/** Sequential requests on a connection, with a pause after each answer. */
export interface SentAgain extends Disposable {
  /** The duration of each answer, ms. */
  readonly waits: number[];
  readonly statuses: Set<string>;
}

export function sendAgain(port: number, request: string, localAddress: string, pauseMs: number): SentAgain {
  const waits: number[] = [];
  const statuses = new Set<string>();
  const socket = connect({ port, host: "127.0.0.1", localAddress });
  let from = 0;
  const send = (): void => {
    from = performance.now();
    socket.write(request);
  };
  socket.on("connect", send);
  socket.on("error", () => {});
  socket.on("data", (bytes) => {
    // Each answer is small enough to come in one piece.
    statuses.add(bytes.toString("latin1", 9, 12));
    waits.push(performance.now() - from);
    if (pauseMs === 0) send();
    else setTimeout(send, pauseMs);
  });
  return { waits, statuses, [Symbol.dispose]: () => void socket.destroy() };
}
