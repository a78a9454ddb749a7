import { connect, createServer, type Server, type Socket } from "node:net";

/** A network in front of a database, which can hold back the database's answers while queries still arrive. */
export class AnswerGate implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** The answers to hold back; undefined = none. */
  #kept: { readonly to: Socket; readonly chunk: Buffer }[] | undefined;
  #answered = Promise.withResolvers<void>();

  static async before(port: number): Promise<AnswerGate> {
    const gate = new AnswerGate(port);
    const { promise, resolve } = Promise.withResolvers<void>();
    gate.#server.listen(0, "127.0.0.1", resolve);
    await promise;
    return gate;
  }

  private constructor(port: number) {
    this.#server = createServer((near) => this.#join(near, port));
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("the gate is closed");
    return address.port;
  }

  /** From now on; resolves when the first answer was held back. */
  keep(): { readonly answered: Promise<void> } {
    this.#kept = [];
    this.#answered = Promise.withResolvers<void>();
    return { answered: this.#answered.promise };
  }

  release(): void {
    const kept = this.#kept ?? [];
    this.#kept = undefined;
    for (const { to, chunk } of kept) to.write(chunk);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    await promise;
  }

  #join(near: Socket, port: number): void {
    const far = connect(port, "127.0.0.1");
    near.on("data", (chunk) => far.write(chunk));
    far.on("data", (chunk: Buffer) => {
      if (this.#kept === undefined) near.write(chunk);
      else {
        this.#kept.push({ to: near, chunk });
        this.#answered.resolve();
      }
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
