import { expect, test } from "bun:test";
import { once } from "node:events";
import { connect } from "node:net";
import { serveStatic } from "../../src/http/static/serve-static.ts";
import { textFile } from "../../src/http/static/text-file.ts";

const BYTES = 24 * 1024 * 1024;
const CLIENTS = 40;
/** A quarter of the memory that one copy per client would take. */
const GROWTH_MAX = (BYTES * CLIENTS) / 4;
const TIMEOUT_MS = 60_000;

test(
  "any number of clients that do not read a file share one copy of it",
  async () => {
    const file = textFile("x".repeat(BYTES), { contentType: "text/plain", isShared: false });
    const began = Promise.withResolvers<void>();
    let answered = 0;
    await using server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      async fetch(request) {
        const response = await serveStatic(file, request);
        answered += 1;
        if (answered === CLIENTS) began.resolve();
        return response;
      },
    });
    // The one copy, and the runtime's memory for the first answer.
    expect((await (await fetch(server.url, { headers: { "Accept-Encoding": "identity" } })).bytes()).length).toBe(
      BYTES,
    );
    answered = 0;
    Bun.gc(true);
    const before = process.memoryUsage().rss;
    const sockets = Array.from({ length: CLIENTS }, () => connect(Number(server.port), "127.0.0.1").pause());
    try {
      await Promise.all(sockets.map((socket) => once(socket, "connect")));
      for (const socket of sockets) socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
      await began.promise;
      // Until the sockets' buffers are full and nothing moves any more.
      let written = -1;
      for (let now = process.memoryUsage().rss; now !== written; now = process.memoryUsage().rss) {
        written = now;
        await Bun.sleep(300);
      }
      expect(process.memoryUsage().rss - before).toBeLessThan(GROWTH_MAX);
    } finally {
      for (const socket of sockets) socket.destroy();
    }
  },
  TIMEOUT_MS,
);
