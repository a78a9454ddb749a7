#!/usr/bin/env bun
/**
 * A proxy between Playwright and Firefox: Playwright sends WebDriver BiDi commands that the last long-term release does
 * not support yet. Commands that affect only the look of pages are answered as successful.
 */
import type { ServerWebSocket } from "bun";
import { linesOf } from "./lines-of.ts";

const NOT_NEEDED = ["emulation.setMediaFeaturesOverride"];

interface Connection {
  readonly firefox: WebSocket;
  /** Resolves when the connection to Firefox is open; earlier messages wait for it. */
  readonly opened: Promise<unknown>;
  /** Ids of commands that may fail. */
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

/** Starts the proxy; returns the address to which Playwright connects instead. */
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
        // as: Playwright sends commands
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
  // as: Firefox sends answers and events
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
