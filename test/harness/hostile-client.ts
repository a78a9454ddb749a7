/**
 * A process that sends the requests of hostile-request.ts, so that the serving thread does nothing else. It uses Bun's
 * sockets: in Bun 1.4 a socket of node:net sometimes gets no `data` although bytes have arrived.
 */
import { type HostileRequest, type TokenKind, textOf } from "./hostile-request.ts";

export interface HostileOrder {
  readonly port: number;
  readonly prefix: string;
  readonly bearers: Readonly<Record<TokenKind, string | undefined>>;
  readonly request: HostileRequest;
}

process.on("message", async (order: HostileOrder) => {
  process.send?.(await status(order));
});

/** Sends it and waits for the start of the answer; 0: the connection was closed without one. */
async function status(order: HostileOrder): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const bytes = Buffer.concat(bytesOf(order));
  let sent = 0;
  const write = (socket: Bun.Socket): void => {
    if (sent < bytes.length) sent += Math.max(0, socket.write(bytes, sent));
  };
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port: order.port,
    socket: {
      open: write,
      drain: write,
      data: (_, chunk) => resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(Buffer.from(chunk).toString("latin1"))?.[1])),
      close: () => resolve(0),
      error: () => resolve(0),
    },
  });
  const answered = await promise;
  socket.terminate();
  return answered;
}

function bytesOf({ prefix, bearers, request }: HostileOrder): readonly Uint8Array[] {
  const body = Buffer.from(textOf(request.body), request.isLatin1 ? "latin1" : "utf8");
  const username = textOf(request.username).replace(/[^\x21-\x7e]|[/?#]/g, "%") || "ada";
  const query = textOf(request.query).replace(/[^\x21-\x7e]/g, "+");
  const bearer = bearers[request.token];
  const { name } = request.header;
  const headers = [
    ["Host", "localhost"],
    ...(bearer === undefined ? [] : [["Authorization", `Bearer ${bearer}`]]),
    ["Content-Type", request.contentType],
    request.isChunked ? ["Transfer-Encoding", "chunked"] : ["Content-Length", String(body.length)],
    ...(request.header.size === 0 ? [] : [[name, textOf(request.header).slice(0, 12_000)]]),
  ];
  const target = `${prefix}${request.path.replace("{username}", username)}?${query}`.slice(0, 14_000);
  const head = `${request.method} ${target} HTTP/1.1\r\n${headers.map((pair) => `${pair.join(": ")}\r\n`).join("")}\r\n`;
  if (!request.isChunked) return [Buffer.from(head, "latin1"), body];
  return [Buffer.from(`${head}${body.length.toString(16)}\r\n`, "latin1"), body, Buffer.from("\r\n0\r\n\r\n")];
}
