import { once } from "node:events";
import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { createServer, type TLSSocket } from "node:tls";
import type { Certificate } from "./gateway-certificate.ts";

/**
 * Stands for the hosted service: answers every request with what it was asked, byte for byte, over TLS. It parses no
 * more than it must, because an HTTP library would show a tidied path.
 */
export interface HostedService extends AsyncDisposable {
  readonly port: number;
}

/** Its answer, as JSON. */
export interface Echo {
  readonly side: "hosted";
  /** As the caller named the server in the TLS handshake. */
  readonly serverName: string;
  readonly requestLine: string;
  /** Names in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  /** Without the frames of chunks. */
  readonly body: string;
}

const HEAD_END = "\r\n\r\n";

export async function startHostedService({ file, keyFile }: Certificate): Promise<HostedService> {
  const sockets = new Set<TLSSocket>();
  const server = createServer({ cert: await readFile(file), key: await readFile(keyFile) }, (socket) => {
    sockets.add(socket.on("close", () => sockets.delete(socket)).on("error", () => {}));
    serve(socket);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  // as: a server that listens on TCP has no other kind of address
  const { port } = server.address() as AddressInfo;
  return {
    port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** One request; after an upgrade to WebSocket the bytes that follow are sent back as they come. */
function serve(socket: TLSSocket): void {
  let received = Buffer.alloc(0);
  let isUpgraded = false;
  socket.on("data", (bytes: Buffer) => {
    if (isUpgraded) {
      socket.write(bytes);
      return;
    }
    received = Buffer.concat([received, bytes]);
    const echo = echoOf(received, socket);
    if (echo === undefined) return;
    if (echo.headers.upgrade === "websocket") {
      isUpgraded = true;
      socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade${HEAD_END}`);
      return;
    }
    const body = JSON.stringify(echo);
    const head = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}`;
    socket.end(`${head}\r\nX-Side: hosted\r\nConnection: close${HEAD_END}${body}`);
  });
}

/** Undefined while the request is not whole. */
function echoOf(received: Buffer, socket: TLSSocket): Echo | undefined {
  const end = received.indexOf(HEAD_END);
  if (end < 0) return undefined;
  const [requestLine = "", ...lines] = received.subarray(0, end).toString("latin1").split("\r\n");
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]),
  );
  const rest = received.subarray(end + HEAD_END.length);
  const isChunked = headers["transfer-encoding"] === "chunked";
  if (isChunked ? !rest.toString().endsWith("0\r\n\r\n") : rest.length < Number(headers["content-length"] ?? 0)) {
    return undefined;
  }
  // as: undefined or false where the caller named none; the types know only what Node adds to a socket of its own
  const { servername } = socket as { servername?: string | false };
  return {
    side: "hosted",
    serverName: servername || "",
    requestLine,
    headers,
    body: isChunked ? unframed(rest) : rest.toString(),
  };
}

function unframed(chunks: Buffer): string {
  const parts: Buffer[] = [];
  for (let at = 0; at < chunks.length; ) {
    const start = chunks.indexOf("\r\n", at) + 2;
    const size = Number.parseInt(chunks.toString("latin1", at, start), 16);
    parts.push(chunks.subarray(start, start + size));
    at = start + size + 2;
  }
  return Buffer.concat(parts).toString();
}
