import { connect, createServer, type Server, type Socket } from "node:net";

/**
 * The fate of the next commits.
 * - lost: the connection ends before the commit arrives.
 * - unanswered: the commit arrives, and the connection ends before its answer does.
 * - silent: the commit arrives, and no connection gets an answer any more.
 */
export type Cut = "lost" | "unanswered" | "silent";

/** COM_QUERY, and all of its text. */
/** The rest of the same packet. */
const COMMIT = Buffer.from("\x03COMMIT");

/** A network in front of a database that fails at the one moment that leaves the outcome unknown. */
export class CommitCutter implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #cut: Cut | undefined;
  #left = 0;
  #isSilent = false;

  static async before(port: number): Promise<CommitCutter> {
    const cutter = new CommitCutter(port);
    const { promise, resolve } = Promise.withResolvers<void>();
    cutter.#server.listen(0, "127.0.0.1", resolve);
    await promise;
    return cutter;
  }

  private constructor(port: number) {
    this.#server = createServer((near) => this.#join(near, port));
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("it is closed");
    return address.port;
  }

  /** The number of requested failures still to come. */
  get left(): number {
    return this.#left;
  }

  next(cut: Cut, count = 1): void {
    this.#cut = cut;
    this.#left = count;
  }

  /** Lets everything pass again, on new connections. */
  mend(): void {
    this.#left = 0;
    this.#isSilent = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.mend();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    await promise;
  }

  #join(near: Socket, port: number): void {
    const far = connect(port, "127.0.0.1");
    let isUnanswered = false;
    near.on("data", (chunk: Buffer) => {
      if (this.#isSilent) return;
      const cut = this.#left > 0 && isCommit(chunk) ? this.#cut : undefined;
      if (cut !== undefined) this.#left -= 1;
      if (cut === "lost") {
        near.destroy();
        return;
      }
      far.write(chunk);
      if (cut === "unanswered") isUnanswered = true;
      if (cut === "silent") this.#isSilent = true;
    });
    far.on("data", (chunk: Buffer) => {
      if (isUnanswered) near.destroy();
      else if (!this.#isSilent) near.write(chunk);
    });
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
  }
}

function isCommit(chunk: Buffer): boolean {
  return chunk.includes(COMMIT);
}
