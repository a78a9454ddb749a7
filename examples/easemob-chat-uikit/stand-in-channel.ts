import { createHash } from "node:crypto";
import type { HttpServer, Plugin } from "vite";

const PATH = "/stand-in-channel";
/** RFC 6455 § 1.3: what a server adds to the client's key before it hashes. */
const KEY_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/** A final frame of binary data. */
const BINARY = 0x82;
/**
 * The channel's answer to a log-in (protocol buffers): MSync { command (8): PROVISION, payload (9): Provision {
 * status (8): { errorCode (1): OK } } }.
 */
const PROVISIONED = [0x40, 3, 0x4a, 4, 0x42, 2, 0x08, 0];
/** MSync { command (8): UNREAD }: the channel is alive, and there is nothing new. */
const NOTHING_NEW = [0x40, 1];

/**
 * Answers on `/stand-in-channel` in place of the vendor's message channel, without which the SDK's log-in never
 * completes. It accepts every client and sends no messages: for trials only.
 */
export function standInChannel(): Plugin {
  return {
    name: "stand-in-channel",
    configureServer: ({ httpServer }) => answerOn(httpServer),
    configurePreviewServer: ({ httpServer }) => answerOn(httpServer),
  };
}

/** @param server Vite's server; undefined when another program serves the pages */
function answerOn(server: HttpServer | null): void {
  server?.on("upgrade", ({ url, headers }, socket) => {
    if (url !== PATH) return;
    const accept = createHash("sha1").update(`${headers["sec-websocket-key"]}${KEY_SUFFIX}`).digest("base64");
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    let answer = PROVISIONED;
    // The SDK reconnects if its heartbeats are not answered.
    socket.on("data", () => {
      socket.write(Buffer.from([BINARY, answer.length, ...answer]));
      answer = NOTHING_NEW;
    });
    socket.on("error", () => socket.destroy());
  });
}
