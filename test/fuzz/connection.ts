import { brotliDecompressSync, gunzipSync } from "node:zlib";

/** An answer as received; its framing headers were checked against the bytes. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Undefined if there must be no body. */
  readonly text: string | undefined;
}

/** The connection was closed before an answer was complete. */
export class Closed extends Error {}

/**
 * A keep-alive connection. It uses Bun's sockets: in Bun 1.4 a socket of node:net sometimes gets no `data` although
 * bytes have arrived.
 */
export interface Connection extends Disposable {
  readonly isEnded: boolean;
  /** Bytes that arrived and belong to no answer yet. */
  readonly pending: string;
  write(bytes: Uint8Array): void;
  /** Rejects with `Closed`. Skips 1xx answers, except an upgrade. @param onContinue called at a 100 */
  answer(method: string, onContinue?: () => void): Promise<RawAnswer>;
}

const UNPACKERS: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  br: brotliDecompressSync,
  gzip: gunzipSync,
  identity: (bytes) => bytes,
};

const HEAD_END = "\r\n\r\n";

export async function connect(port: number): Promise<Connection> {
  let received: Buffer = Buffer.alloc(0);
  let unsent: Buffer = Buffer.alloc(0);
  let isEnded = false;
  let changed = Promise.withResolvers<void>();
  const change = (): void => {
    changed.resolve();
    changed = Promise.withResolvers();
  };
  const end = (): void => {
    isEnded = true;
    change();
  };
  const flush = (): void => {
    if (unsent.length > 0) unsent = unsent.subarray(Math.max(0, socket.write(unsent)));
  };
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port,
    socket: {
      data(_, chunk) {
        received = received.length === 0 ? Buffer.from(chunk) : Buffer.concat([received, chunk]);
        change();
      },
      drain: flush,
      close: end,
      end,
      error: end,
    },
  });

  async function more(): Promise<void> {
    if (isEnded) throw new Closed(`closed after ${JSON.stringify(received.toString("latin1").slice(0, 200))}`);
    await changed.promise;
  }

  async function take(count: number): Promise<Buffer> {
    while (received.length < count) await more();
    const taken = received.subarray(0, count);
    received = received.subarray(count);
    return taken;
  }

  async function takeThrough(mark: string): Promise<string> {
    for (;;) {
      const at = received.indexOf(mark);
      if (at >= 0) return (await take(at + mark.length)).toString("latin1");
      await more();
    }
  }

  async function chunks(): Promise<Buffer> {
    const taken: Buffer[] = [];
    for (;;) {
      const line = await takeThrough("\r\n");
      if (!/^[0-9a-fA-F]+\r\n$/.test(line)) throw new Error(`no size of a chunk: ${JSON.stringify(line)}`);
      const chunk = await take(Number.parseInt(line, 16) + 2);
      if (chunk.length === 2) return Buffer.concat(taken);
      taken.push(chunk.subarray(0, -2));
    }
  }

  return {
    get isEnded() {
      return isEnded;
    },
    get pending() {
      return received.toString("latin1");
    },
    write(bytes) {
      unsent = unsent.length === 0 ? Buffer.from(bytes) : Buffer.concat([unsent, bytes]);
      flush();
    },
    async answer(method, onContinue) {
      for (;;) {
        const { status, headers } = parseHead(await takeThrough(HEAD_END));
        if (status === 100) {
          onContinue?.();
          continue;
        }
        if (method === "HEAD" || status === 304 || status < 200) return { status, headers, text: undefined };
        const length = headers.get("content-length");
        const isChunked = headers.get("transfer-encoding") === "chunked";
        // The runtime's own refusals state no length; they end with the connection.
        const bytes = isChunked ? await chunks() : await take(length === null ? 0 : Number(length));
        const plain = UNPACKERS[headers.get("content-encoding") ?? "identity"]?.(bytes);
        if (plain === undefined) throw new Error(`packed by ${headers.get("content-encoding")}`);
        return { status, headers, text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(plain) };
      }
    },
    [Symbol.dispose]() {
      isEnded = true;
      socket.terminate();
    },
  };
}

function parseHead(text: string): { readonly status: number; readonly headers: Headers } {
  const [first = "", ...lines] = text.slice(0, -HEAD_END.length).split("\r\n");
  const [, status] = /^HTTP\/1\.1 (\d{3})(?: [\x20-\x7e]*)?$/.exec(first) ?? [];
  if (status === undefined) throw new Error(`no status line: ${JSON.stringify(first.slice(0, 200))}`);
  const headers = new Headers();
  for (const line of lines) {
    const [, name = "", value = ""] = /^([\w!#$%&'*+.^`|~-]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
    if (name === "") throw new Error(`no header: ${JSON.stringify(line.slice(0, 200))}`);
    headers.append(name, value);
  }
  return { status: Number(status), headers };
}
