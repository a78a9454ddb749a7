import { connect } from "node:net";
import type { Answer } from "./client.ts";

/** One TCP connection for requests that `fetch` cannot send: exact headers, raw bytes, odd framing. */
export interface RawConnection extends AsyncDisposable {
  /** Sends bytes unchanged; text as UTF-8. */
  write(bytes: string | Uint8Array): void;
  /** Sends one request. Adds `content-length`, unless `headers` frame the body. */
  request(method: string, path: string, sent?: RawSent): void;
  /** The next answer. Rejects if the connection ends before the answer is complete. */
  answer(expected?: { readonly withoutBody?: boolean }): Promise<Answer>;
  /** Sends one request and returns its answer. */
  call(method: string, path: string, sent?: RawSent): Promise<Answer>;
  /** Stops reading from the socket, so that the server cannot send (backpressure). */
  pause(): void;
  resume(): void;
  /** Settles when the server has closed the connection. */
  readonly closed: Promise<void>;
}

export interface RawSent {
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly body?: string | Uint8Array;
}

interface Head {
  readonly status: number;
  readonly headers: Headers;
}

const encoder = new TextEncoder();

/**
 * @param origin `http://host:port`
 * @param localAddress the client's own, for instance 127.0.0.2; undefined lets the system choose
 */
export async function connectRaw(origin: string, localAddress?: string): Promise<RawConnection> {
  const { hostname, port } = new URL(origin);
  const socket = connect({ host: hostname, port: Number(port), ...(localAddress !== undefined && { localAddress }) });
  let received = Buffer.alloc(0);
  let ended = false;
  const closed = Promise.withResolvers<void>();
  let notify = Promise.withResolvers<void>();
  const changed = (): void => {
    notify.resolve();
    notify = Promise.withResolvers();
  };
  socket.on("data", (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    changed();
  });
  // A reset also ends the connection; the pending answer rejects.
  socket.on("error", () => {});
  socket.on("close", () => {
    ended = true;
    closed.resolve();
    changed();
  });

  async function more(): Promise<void> {
    if (ended) throw new Error(`the connection ended after ${JSON.stringify(received.toString("latin1"))}`);
    await notify.promise;
  }

  async function take(count: number): Promise<Buffer> {
    while (received.length < count) await more();
    const taken = received.subarray(0, count);
    received = received.subarray(count);
    return taken;
  }

  async function takeThrough(mark: string): Promise<string> {
    let at = received.indexOf(mark);
    while (at < 0) {
      await more();
      at = received.indexOf(mark);
    }
    return (await take(at + mark.length)).toString("latin1");
  }

  async function takeChunks(): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for (;;) {
      const size = Number.parseInt(await takeThrough("\r\n"), 16);
      const chunk = await take(size + 2);
      if (size === 0) return Buffer.concat(chunks);
      chunks.push(chunk.subarray(0, size));
    }
  }

  const connection: RawConnection = {
    write: (bytes) => void socket.write(bytes),
    request: (method, path, sent) => connection.write(rawRequest(method, path, sent)),
    async answer({ withoutBody = false } = {}) {
      const { status, headers } = parseHead(await takeThrough("\r\n\r\n"));
      if (withoutBody) return { status, headers, body: undefined, text: "" };
      const isChunked = headers.get("transfer-encoding") === "chunked";
      const bytes = isChunked ? await takeChunks() : await take(Number(headers.get("content-length")));
      const text = bytes.toString();
      return { status, headers, body: JSON.parse(text), text };
    },
    call(method, path, sent) {
      connection.request(method, path, sent);
      return connection.answer({ withoutBody: method === "HEAD" });
    },
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    closed: closed.promise,
    async [Symbol.asyncDispose]() {
      socket.destroy();
      while (!ended) await notify.promise;
    },
  };
  return connection;
}

/** Encodes a chunked body. */
export function chunked(...parts: readonly string[]): string {
  return `${parts.map((part) => `${encoder.encode(part).length.toString(16)}\r\n${part}\r\n`).join("")}0\r\n\r\n`;
}

/** The bytes of one request. Adds `content-length`, unless `headers` frame the body. */
export function rawRequest(method: string, path: string, { headers = [], body }: RawSent = {}): Uint8Array {
  const bytes = typeof body === "string" ? encoder.encode(body) : body;
  const isFramed = headers.some(([name]) => /^(content-length|transfer-encoding)$/i.test(name));
  const lines = [`${method} ${path} HTTP/1.1`];
  if (!headers.some(([name]) => name.toLowerCase() === "host")) lines.push("Host: localhost");
  for (const [name, value] of headers) lines.push(`${name}: ${value}`);
  if (bytes !== undefined && !isFramed) lines.push(`Content-Length: ${bytes.length}`);
  return Buffer.concat([encoder.encode(`${lines.join("\r\n")}\r\n\r\n`), bytes ?? new Uint8Array()]);
}

function parseHead(text: string): Head {
  const [first = "", ...lines] = text.trimEnd().split("\r\n");
  const headers = new Headers();
  for (const line of lines) headers.append(line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim());
  return { status: Number(first.split(" ")[1]), headers };
}
