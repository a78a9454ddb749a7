import { connect, createServer, type Server, type Socket } from "node:net";

/** How bytes are treated. refuse: connections end immediately. swallow: nothing arrives, and nothing ends. */
export type GateState = "open" | "refuse" | "swallow";

/** The network in front of one database. */
export class TcpGate implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #state: GateState = "open";
  /** Bytes arrive this much later, in either direction. */
  delayMs = 0;

  static async before(port: number): Promise<TcpGate> {
    const gate = new TcpGate(port);
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

  set(state: GateState): void {
    this.#state = state;
    // Swallowed bytes never arrive: like on a cut network, unlike on a slow one.
    for (const socket of this.#sockets) if (state !== "swallow") socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.set("refuse");
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    await promise;
  }

  #join(near: Socket, port: number): void {
    if (this.#state === "refuse") {
      near.destroy();
      return;
    }
    const far = connect(port, "127.0.0.1");
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from);
      from.on("data", (chunk) => {
        if (this.#state !== "open") return;
        if (this.delayMs === 0) to.write(chunk);
        else setTimeout(() => to.write(chunk), this.delayMs);
      });
      from.on("error", () => {});
      from.on("close", () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    }
  }
}
