import type { Socket } from "bun";

export interface SoakAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

const HEAD_END = "\r\n\r\n";
const LENGTH = /content-length: (\d+)/i;
const STATUS_AT = "HTTP/1.1 ".length;

/** A connection with one request in flight, read as text: all requests and answers of the soak are ASCII. */
export class SoakConnection {
  readonly #socket: Socket;
  #received = "";
  #waiting: PromiseWithResolvers<SoakAnswer> | undefined;

  static async open(port: number): Promise<SoakConnection> {
    const opened = Promise.withResolvers<SoakConnection>();
    await Bun.connect({
      hostname: "127.0.0.1",
      port,
      socket: {
        open: (socket) => opened.resolve(new SoakConnection(socket)),
        data: async (_, chunk) => (await opened.promise).#take(chunk.toString("latin1")),
        close: async () => (await opened.promise).#waiting?.reject(new Error("the server closed a connection")),
        error: async (_, error) => (await opened.promise).#waiting?.reject(error),
      },
    });
    return await opened.promise;
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
  }

  ask(request: string): Promise<SoakAnswer> {
    this.#waiting = Promise.withResolvers<SoakAnswer>();
    // A request is far smaller than a socket's buffer, and the last one has been answered.
    if (this.#socket.write(request) !== request.length) throw new Error("a request could not be sent whole");
    return this.#waiting.promise;
  }

  close(): void {
    this.#socket.terminate();
  }

  #take(chunk: string): void {
    this.#received += chunk;
    const headEnd = this.#received.indexOf(HEAD_END);
    if (headEnd < 0) return;
    const head = this.#received.slice(0, headEnd);
    const length = Number(LENGTH.exec(head)?.[1] ?? 0);
    const bodyAt = headEnd + HEAD_END.length;
    if (this.#received.length < bodyAt + length) return;
    const status = Number(head.slice(STATUS_AT, STATUS_AT + 3));
    const body = this.#received.slice(bodyAt);
    this.#received = "";
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve({ status, head, body });
  }
}
