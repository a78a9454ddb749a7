import { describe, expect, test } from "bun:test";
import { DIALECTS, type Dialect } from "../../src/core/model.ts";
import type { Refused } from "../../src/core/refusals.ts";
import { ERRORS, wireError } from "../../src/http/answers/errors.ts";
import { hintFor } from "../../src/http/answers/hints.ts";
import type { WireError } from "../../src/http/answers/wire-error.ts";
import { type OwnRouteNeeds, ownRoutes } from "../../src/http/routing/own-routes.ts";
import { appRoutes, type Rules } from "../../src/http/routing/routes.ts";
import { readDocument, tableRows } from "./markdown.ts";

const PROTOCOL = readDocument("docs/PROTOCOL.md");

/** Stands for a refusal's subject, here as in the document. */
const PLACEHOLDER = "…";

// as: a row's handler needs them, but none is called here
const OWN_PATHS = ownRoutes({} as OwnRouteNeeds).map(({ path }) => path);

const REFUSALS = tableRows(PROTOCOL, ["code", "status", "error", "error_description"]);

describe("docs/PROTOCOL.md", () => {
  test("lists every route with its bearer and bucket, and no other", () => {
    // as: a route's handler is made of rules, but none is called here
    const routes = appRoutes({} as Rules);
    const rows = tableRows(PROTOCOL, ["method", "path", "bearer", "bucket"]);
    expect(rows).toEqual(routes.map(({ method, path, bearer, bucket }) => [method, path, bearer, bucket]));
  });

  test("names every path of the server's own, and no other", () => {
    const documented = new Set(PROTOCOL.match(/\/-\/[a-z.]*[a-z]/g));
    expect([...documented].sort()).toEqual(
      OWN_PATHS.filter((path) => path.startsWith("/-/"))
        .map((path) => path.replace(/\/\*$/, ""))
        .toSorted(),
    );
  });

  test("lists every refusal, and no other", () => {
    expect(REFUSALS.map(([code]) => code).sort()).toEqual(Object.keys(ERRORS).sort());
  });

  test("lists every hint, and no other", () => {
    const rows = tableRows(PROTOCOL, ["code", "hint", "shown to"]).map(([code, hint]) => [code, hint]);
    const given = Object.keys(ERRORS).flatMap((code) => {
      const refused = { code, batchMax: PLACEHOLDER, isJson: true };
      // as: a refusal of this code, with the members that a hint reads
      const hint = hintFor(refused as unknown as Refused, { isAdmin: true, isSet: true });
      return hint === undefined ? [] : [[code, hint]];
    });
    expect(rows.toSorted()).toEqual(given.toSorted());
  });

  for (const dialect of DIALECTS) {
    test.each(REFUSALS.map((cells) => cells.map((cell) => inDialect(cell, dialect))))(
      `${dialect}: %s is status %s, %s: %s`,
      (code = "", ...documented) => {
        const { status, error, text } = answerTo(code, dialect);
        expect(documented).toEqual([String(status), error, text]);
      },
    );
  }
});

/** A cell is either the same in both dialects, or `A; 2026: B`. */
function inDialect(cell: string, dialect: Dialect): string {
  const [older = "", newer = older] = cell.split("; 2026: ");
  return dialect === "2021" ? older : newer;
}

/** When every value that a text may name is `…`. */
function answerTo(code: string, dialect: Dialect): WireError {
  // Not a text: the users of the answer.
  const refused = new Map([[PLACEHOLDER, { code: "set_conflict" }]]);
  const known: Readonly<Record<string | symbol, unknown>> = { code, refused };
  const values = new Proxy(known, { get: (target, name) => target[name] ?? PLACEHOLDER });
  // as: a refusal of this code, with anything for its values
  return wireError(values as unknown as Refused, { dialect, path: `${PLACEHOLDER}/${PLACEHOLDER}` });
}
