/** Invalid or nearly invalid HTTP: heads and bodies assembled from pieces. */
import fc from "fast-check";
import { naughty, odd } from "./texts.ts";

const AUTHORIZED = "Authorization: Bearer $TOKEN$\r\n";
const PATHS = [
  "/org/app/metadata/user/ada",
  "/org/app/metadata/user/get",
  "/org/app/token",
  "/-/health",
  "*",
  "http://x/org/app/users",
  "/%",
  "/\x80\xff",
  "",
  "x",
];
const METHODS = [
  "GET",
  "PUT",
  "POST",
  "DELETE",
  "TRACE",
  "CONNECT",
  "get",
  "FOO",
  "M-SEARCH",
  "PRI",
  "G\0T",
  "",
  "OPTIONS",
];
const VERSIONS = ["HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/0.9", "http/1.1", "HTTP/1.1 ", "", "HTTP/1.11"];
const LINES = [
  "Host: localhost\r\n",
  AUTHORIZED,
  "Content-Length: 3\r\n",
  "Content-Length: 3\r\nContent-Length: 3\r\n",
  "Content-Length: 3\r\nContent-Length: 4\r\n",
  "Content-Length: -1\r\n",
  "Content-Length: 0x3\r\n",
  "Content-Length: +3\r\n",
  "Content-Length: 3, 3\r\n",
  "Content-Length: 99999999999999999999\r\n",
  "Transfer-Encoding: chunked\r\n",
  "Transfer-Encoding: chunked, identity\r\n",
  "Transfer-Encoding: gzip, chunked\r\n",
  "Transfer-Encoding : chunked\r\n",
  "Transfer-Encoding:\x0bchunked\r\n",
  "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
  " folded\r\n",
  "no colon\r\n",
  ": no name\r\n",
  "A: b\n",
  "A: \0\r\n",
  "A\x80: b\r\n",
  "Connection: close\r\n",
  "Connection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n",
  "Connection: upgrade, http2-settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n",
  "Expect: 100-continue\r\n",
  "Expect: 100-Continue\r\n",
  "Expect: nothing\r\n",
  `X: ${"x".repeat(17_000)}\r\n`,
  "X: y\r\n".repeat(200),
];
const BODIES = [
  "",
  "a=b",
  "3\r\na=b\r\n0\r\n\r\n",
  "3;x=y\r\na=b\r\n0\r\n\r\n",
  "zz\r\na=b\r\n0\r\n\r\n",
  "-3\r\na=b\r\n0\r\n\r\n",
  "FFFFFFFFFFFFFFFFF\r\na=b\r\n",
  "3\r\na=bc\r\n0\r\n\r\n",
  "3\r\na=b\r\n0\r\nTrailer: x\r\n\r\n",
  "\0\0\0",
];

const bodiless = `GET /org/app/metadata/user/ada HTTP/1.1\r\nHost: x\r\n${AUTHORIZED}\r\n`;
const set = `PUT /org/app/metadata/user/ada HTTP/1.1\r\nHost: x\r\n${AUTHORIZED}Content-Length: 3\r\n\r\na=b`;

const pieced = fc
  .tuple(
    fc.constantFrom(...METHODS),
    fc.constantFrom(...PATHS),
    fc.constantFrom(...VERSIONS),
    fc.array(fc.constantFrom(...LINES), { maxLength: 5 }),
    fc.constantFrom(...BODIES),
  )
  .map(([method, path, version, lines, body]) => `${method} ${path} ${version}\r\n${lines.join("")}\r\n${body}`);

const pipelined = fc
  .array(fc.constantFrom(bodiless, set, "GET /-/health HTTP/1.1\r\nHost: x\r\n\r\n"), { minLength: 2, maxLength: 4 })
  .map((all) => all.join(""));

const inHeaders = fc
  .tuple(
    fc.constantFrom("Authorization", "X-Forwarded-For", "Content-Type", "If-Match", "Host", "Cookie"),
    fc.oneof(naughty, odd),
  )
  .map(
    ([name, word]) =>
      `PUT /org/app/metadata/user/ada HTTP/1.1\r\nHost: x\r\n${name}: ${Buffer.from(word).toString("latin1")}\r\nContent-Length: 3\r\n\r\na=b`,
  );

const inTarget = fc
  .oneof(naughty, odd)
  .map(
    (word) =>
      `GET /org/app/metadata/user/${Buffer.from(word).toString("latin1")} HTTP/1.1\r\nHost: x\r\n${AUTHORIZED}\r\n`,
  );

export const raw: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: pieced },
  { weight: 2, arbitrary: pipelined },
  { weight: 2, arbitrary: inHeaders },
  { weight: 2, arbitrary: inTarget },
  { weight: 1, arbitrary: naughty.map((word) => `${Buffer.from(word).toString("latin1")}\r\n\r\n`) },
);
