import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

/** Another service, which accepts every connection and never answers. */
export class SilentService implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #asked = Promise.withResolvers<void>();

  static async start(): Promise<SilentService> {
    const service = new SilentService();
    await once(service.#server.listen(0, "127.0.0.1"), "listening");
    return service;
  }

  private constructor() {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket.on("close", () => this.#sockets.delete(socket)).on("error", () => {}));
      socket.on("data", () => this.#asked.resolve());
    });
  }

  get url(): string {
    // as: a server that listens on TCP has no other kind of address
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  /** Settles when the first request has arrived. */
  get asked(): Promise<void> {
    return this.#asked.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
