import type { Socket } from "bun";

type OnAnswer = (connection: OpenLoopConnection, request: number, status: number) => void;

const HEAD_END = Buffer.from("\r\n\r\n");
const LENGTH_NAME = Buffer.from("Content-Length: ");
const STATUS_AT = "HTTP/1.1 ".length;
const ZERO = 0x30;

/**
 * One connection with at most one request in flight. Answers are read as bytes and leave almost no garbage:
 * a collection in the generator would look like a slow server.
 */
export class OpenLoopConnection {
  readonly #onAnswer: OnAnswer;
  #socket: Socket | undefined;
  #request = -1;
  #status = 0;
  /** Of the body, when the head is there; negative before. */
  #bytesMissing = -1;

  static async open(port: number, onAnswer: OnAnswer): Promise<OpenLoopConnection> {
    const connection = new OpenLoopConnection(onAnswer);
    connection.#socket = await Bun.connect({
      hostname: "127.0.0.1",
      port,
      socket: { data: (_, chunk) => connection.#take(chunk) },
    });
    connection.#socket.setNoDelay(true);
    return connection;
  }

  private constructor(onAnswer: OnAnswer) {
    this.#onAnswer = onAnswer;
  }

  /** @param request passed on with the answer */
  send(bytes: Uint8Array, request: number): void {
    this.#request = request;
    // A request is far smaller than a socket's buffer, and the last one has been answered.
    if (this.#socket?.write(bytes) !== bytes.length) throw new Error("a request could not be sent whole");
  }

  close(): void {
    this.#socket?.terminate();
  }

  #take(chunk: Buffer): void {
    if (this.#bytesMissing >= 0) {
      this.#bytesMissing -= chunk.length;
    } else {
      const headEnd = chunk.indexOf(HEAD_END);
      if (headEnd < 0) throw new Error("a server sent half a head, which this generator does not expect");
      this.#status = numberAt(chunk, STATUS_AT);
      this.#bytesMissing = lengthOf(chunk) - (chunk.length - headEnd - HEAD_END.length);
    }
    if (this.#bytesMissing > 0) return;
    this.#bytesMissing = -1;
    this.#onAnswer(this, this.#request, this.#status);
  }
}

function lengthOf(head: Buffer): number {
  const at = head.indexOf(LENGTH_NAME);
  if (at < 0) throw new Error(`an answer without a length:\n${head.toString("latin1")}`);
  return numberAt(head, at + LENGTH_NAME.length);
}

function numberAt(bytes: Buffer, start: number): number {
  let number = 0;
  for (let at = start; ; at++) {
    const digit = (bytes[at] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) return number;
    number = number * 10 + digit;
  }
}
