import { expect, test } from "bun:test";
import fc from "fast-check";
import { bearerOf } from "../../src/http/requests/request.ts";

const withHeader = (authorization: string): Request => new Request("http://localhost", { headers: { authorization } });

test("every spelling of the header is parsed as by the pattern", () => {
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

test("without a header there is no bearer", () => expect(bearerOf(new Request("http://localhost"))).toBeUndefined());
