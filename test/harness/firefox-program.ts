#!/usr/bin/env bun
/**
 * Stands between Playwright and Firefox: Playwright sends commands of WebDriver BiDi that the last long-term release does
 * not know yet. What is only about the look of pages is taken to have succeeded.
 */
import type { ServerWebSocket } from "bun";
import { linesOf } from "./lines-of.ts";

const NOT_NEEDED = ["emulation.setMediaFeaturesOverride"];

interface Connection {
  readonly firefox: WebSocket;
  /** What was sent before the connection to Firefox stood. */
  readonly opened: Promise<unknown>;
  /** The ids of commands that may fail. */
  readonly notNeeded: Set<number>;
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly error?: string;
}

function connect(address: string): Connection {
  const firefox = new WebSocket(address);
  const opened = new Promise((resolve) => firefox.addEventListener("open", resolve));
  return { firefox, opened, notNeeded: new Set() };
}

/** Where Playwright is to connect to in place of this address. */
function standBefore(address: string): string {
  const { port } = Bun.serve<Connection>({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request, server) {
      const data = connect(address + new URL(request.url).pathname);
      return server.upgrade(request, { data }) ? undefined : new Response(null, { status: 400 });
    },
    websocket: {
      maxPayloadLength: 2 ** 30,
      idleTimeout: 0,
      open(playwright) {
        const { firefox } = playwright.data;
        firefox.addEventListener("message", ({ data }) => void playwright.send(answered(playwright, String(data))));
        firefox.addEventListener("close", () => playwright.close());
      },
      async message(playwright, text) {
        const { firefox, opened, notNeeded } = playwright.data;
        // as: what Playwright sends are commands
        const { id, method } = JSON.parse(String(text)) as Message;
        if (id !== undefined && method !== undefined && NOT_NEEDED.includes(method)) notNeeded.add(id);
        await opened;
        firefox.send(String(text));
      },
      close: ({ data }) => data.firefox.close(),
    },
  });
  return `ws://127.0.0.1:${port}`;
}

function answered({ data: { notNeeded } }: ServerWebSocket<Connection>, text: string): string {
  if (notNeeded.size === 0) return text;
  // as: what Firefox sends are answers and events
  const { id, error } = JSON.parse(text) as Message;
  if (id === undefined || !notNeeded.delete(id) || error !== "unknown command") return text;
  return JSON.stringify({ type: "success", id, result: {} });
}

const firefox = Bun.spawn([process.env.FIREFOX ?? "firefox", ...process.argv.slice(2)], {
  stdio: ["ignore", "ignore", "pipe"],
});
for await (const line of linesOf(firefox.stderr)) {
  console.error(line.replace(/(?<=WebDriver BiDi listening on )ws:\/\/\S+/, standBefore));
}
process.exit(await firefox.exited);
