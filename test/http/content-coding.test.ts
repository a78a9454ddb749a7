import { expect, test } from "bun:test";
import { type ContentCoding, contentCoding } from "../../src/http/static/content-coding.ts";

const BOTH: readonly ContentCoding[] = ["br", "gzip"];

test.each([
  [null, "identity"],
  ["", "identity"],
  ["gzip, deflate, br, zstd", "br"],
  ["gzip, deflate", "gzip"],
  ["x-gzip", "gzip"],
  ["GZIP;q=1.0, BR;q=0.5", "gzip"],
  ["br;q=0.001", "br"],
  ["br;q=0, gzip", "gzip"],
  ["br ; q=0.2 , gzip ; q=0.3", "gzip"],
  ["*", "br"],
  ["*;q=0", "identity"],
  ["*;q=0.5, br;q=0", "gzip"],
  ["identity", "identity"],
  ["identity;q=1, br;q=0.9", "identity"],
  ["identity;q=0.5, gzip;q=0.5", "gzip"],
  ["identity;q=0", "identity"],
  ["identity;q=0, gzip", "gzip"],
  ["deflate", "identity"],
  ["br;q=2, gzip", "gzip"],
  ["br;level=3", "identity"],
  [",,;q=1,gzip,", "gzip"],
] as const)("Accept-Encoding %p is answered in %s", (header, expected) => {
  expect(contentCoding(header, BOTH)).toBe(expected);
});

test("a coding that is not offered is never chosen, whatever the client accepts", () => {
  expect(contentCoding("br, gzip;q=0.1", ["gzip"])).toBe("gzip");
  expect(contentCoding("br, gzip", [])).toBe("identity");
});
