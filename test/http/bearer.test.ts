import { expect, test } from "bun:test";
import fc from "fast-check";
import { bearerOf } from "../../src/http/requests/request.ts";

const withHeader = (authorization: string): Request => new Request("http://localhost", { headers: { authorization } });

test("a header is read as the pattern says, written in the usual way or not", () => {
  const part = fc.constantFrom(
    "Bearer",
    "bearer",
    "BEARER",
    "Bearer ",
    " ",
    "  ",
    "abc",
    "a.b-c_d",
    "=",
    "Basic ",
    ",",
  );
  fc.assert(
    fc.property(
      fc.array(part, { maxLength: 5 }).map((parts) => parts.join("")),
      (text) => {
        const request = withHeader(text);
        const header = request.headers.get("authorization") ?? "";
        expect(bearerOf(request)).toBe(/^bearer +(\S+) *$/i.exec(header)?.[1] ?? header);
      },
    ),
    { numRuns: 3000 },
  );
});

test("no header, no bearer", () => expect(bearerOf(new Request("http://localhost"))).toBeUndefined());
