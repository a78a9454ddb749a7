import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** A connection through a relay. */
export interface Passage {
  /** To the client. */
  readonly near: Socket;
  /** To the server. */
  readonly far: Socket;
}

/** A network in front of a server; what becomes of what goes through is said by those that extend it. */
export abstract class TcpRelay implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #portBehind: number;

  /** @param port of the server behind it */
  static async before<Relay extends TcpRelay>(this: new (port: number) => Relay, port: number): Promise<Relay> {
    const relay = new this(port);
    await relay.#listen();
    return relay;
  }

  constructor(port: number) {
    this.#portBehind = port;
    this.#server = createServer((near) => this.join(near));
  }

  get port(): number {
    // as: a server that listens on TCP has no other kind of address
    const address = this.#server.address() as AddressInfo | null;
    if (address === null) throw new Error("the relay is closed");
    return address.port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.endAll();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    await promise;
  }

  /** What the client sends. */
  protected abstract question(passage: Passage, chunk: Buffer): void;
  /** What the server sends. */
  protected abstract answer(passage: Passage, chunk: Buffer): void;

  /** Ends every connection that goes through. */
  protected endAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  protected join(near: Socket): void {
    const passage = { near, far: connect(this.#portBehind, "127.0.0.1") };
    near.on("data", (chunk: Buffer) => this.question(passage, chunk));
    passage.far.on("data", (chunk: Buffer) => this.answer(passage, chunk));
    this.#closeTogether(near, passage.far);
    this.#closeTogether(passage.far, near);
  }

  #closeTogether(socket: Socket, other: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => {
      this.#sockets.delete(socket);
      other.destroy();
    });
  }

  async #listen(): Promise<void> {
    await once(this.#server.listen(0, "127.0.0.1"), "listening");
  }
}
