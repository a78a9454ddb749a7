import { beforeAll, describe, expect, test } from "bun:test";
import packageJson from "../../package.json";
import { DIALECTS, type Dialect } from "../../src/core/model.ts";
import { ERRORS } from "../../src/http/answers/errors.ts";
import { tagOf } from "../../src/openapi/about.ts";
import { readDocument } from "../docs/markdown.ts";
import { nameOf } from "../fuzz/calls.ts";
import { SECTIONS, sectionOf } from "../fuzz/documented.ts";
import { at, documentOf, type OpenApi, OWN_ROUTES, operationsOf, ROUTES } from "./documents.ts";

const PROTOCOL = readDocument("docs/PROTOCOL.md");
const PREFIX = "/{org}/{app}";

/** Refusals that belong to no operation, and why. The document's description mentions each. */
const OF_NO_OPERATION = {
  method_not_allowed: "a method that is described is never the wrong one",
};

/** For paths for people, which the document omits. */
const OF_PAGES = ["pages_missing"];

const documents = new Map<Dialect, OpenApi>();
beforeAll(async () => {
  for (const dialect of DIALECTS) documents.set(dialect, await documentOf(dialect));
});

function documentNow(dialect: Dialect): OpenApi {
  const document = documents.get(dialect);
  if (document === undefined) throw new Error(`no document of ${dialect}`);
  return document;
}

/** Refusals that are examples of an operation's answers, each with its statuses there. */
function refusalsIn(document: OpenApi, operation: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const [status, place] of Object.entries(operationsOf(document).get(operation)?.responses ?? {})) {
    for (const { examples = {} } of Object.values(at(document, place).content ?? {})) {
      for (const name of Object.keys(examples)) found.set(name, [...(found.get(name) ?? []), status]);
    }
  }
  return found;
}

describe.each(DIALECTS.map((dialect) => ({ dialect })))("the document of $dialect", ({ dialect }) => {
  test("has every route, and no other", () => {
    const document = documentNow(dialect);
    const routed = ROUTES.map(({ method, path }) => `${method} ${PREFIX}${path}`);
    const own = OWN_ROUTES.filter(({ isPage }) => isPage !== true).map(({ path }) => `GET ${path}`);
    expect([...operationsOf(document).keys()].sort()).toEqual([...routed, ...own].sort());
  });

  test("names every operation once, with a summary, a described tag, and its errors", () => {
    const document = documentNow(dialect);
    const operations = [...operationsOf(document)];
    const ids = operations.map(([, { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [name, { summary, tags, responses }] of operations) {
      expect([name, summary.length > 3, tags.length]).toEqual([name, true, 1]);
      const own = name.includes(" /-/");
      expect(Object.keys(responses)).toContain("200");
      if (!own)
        for (const status of ["401", "404", "429", "500", "503"]) expect(Object.keys(responses)).toContain(status);
    }
    for (const route of ROUTES) {
      const { tags, security } = operationsOf(document).get(`${route.method} ${PREFIX}${route.path}`) ?? {};
      expect(tags).toEqual([tagOf(route)]);
      expect(security?.some((each) => Object.keys(each).length === 0)).toBe(route.bearer === "optional");
    }
  });

  test("describes every parameter of every path exactly once", () => {
    const document = documentNow(dialect);
    for (const [path, item] of Object.entries(document.paths)) {
      const [, ...names] = [...`{}${path}`.matchAll(/\{(\w*)\}/g)].map(([, name = ""]) => name);
      const { parameters = [] } = item as { readonly parameters?: readonly { readonly $ref: string }[] };
      expect(parameters.map((place) => at<{ readonly name: string }>(document, place).name)).toEqual(names);
    }
    const { parameters } = document.components;
    const described = Object.values(parameters).map(({ name, in: where, ...more }) =>
      JSON.stringify([name, where, more]),
    );
    expect(new Set(described).size).toBe(described.length);
  });

  test("has every refusal somewhere", () => {
    const document = documentNow(dialect);
    const codes = new Set<string>();
    for (const operation of operationsOf(document).keys()) {
      for (const code of refusalsIn(document, operation).keys()) codes.add(code);
    }
    const older = dialect === "2026" ? ["get_user_unknown"] : [];
    const newer = dialect === "2021" ? ["read_not_permitted"] : [];
    const missing = Object.keys(ERRORS).filter((code) => !codes.has(code));
    expect(missing.sort()).toEqual([...Object.keys(OF_NO_OPERATION), ...OF_PAGES, ...older, ...newer].sort());
    for (const code of Object.keys(OF_NO_OPERATION)) expect(document.info.description).toContain(code);
  });

  test("has for every route the statuses in the tables of docs/PROTOCOL.md", () => {
    const document = documentNow(dialect);
    const wrong: string[] = [];
    for (const route of ROUTES) {
      const { responses = {} } = operationsOf(document).get(`${route.method} ${PREFIX}${route.path}`) ?? {};
      const has = new Set(Object.keys(responses));
      for (const status of statusesOf(nameOf(route))) {
        if (!has.has(status) && !isElsewhere(nameOf(route), status, dialect))
          wrong.push(`${nameOf(route)}: no ${status}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test("has every response header named in docs/PROTOCOL.md", () => {
    const text = JSON.stringify(documentNow(dialect));
    const names = headersOf(PROTOCOL);
    expect(names.length).toBeGreaterThan(12);
    for (const name of names) expect([name, text.includes(name)]).toEqual([name, true]);
  });

  test("states its version, and has the codes that differ between dialects in the right one", () => {
    const document = documentNow(dialect);
    expect(document.info.version).toBe(packageJson.version);
    const get = refusalsIn(document, `GET ${PREFIX}/metadata/user/{username}`);
    const batch = refusalsIn(document, `POST ${PREFIX}/metadata/user/get`);
    expect(get.get("get_user_unknown")).toEqual(dialect === "2021" ? ["404"] : undefined);
    expect(get.get("read_not_permitted")).toEqual(dialect === "2021" ? undefined : ["401"]);
    expect(batch.get("batch_too_large")).toEqual([dialect === "2021" ? "403" : "400"]);
  });
});

test("the two documents differ exactly where the dialects do", () => {
  const [older, newer] = DIALECTS.map((dialect) => documentNow(dialect));
  expect(Object.keys(older?.paths ?? {})).toEqual(Object.keys(newer?.paths ?? {}));
  expect(older?.components.parameters).toEqual(newer?.components.parameters);
  expect(older?.components.examples.set_conflict).not.toEqual(newer?.components.examples.set_conflict);
});

/** The first column of the section's table of statuses. */
function statusesOf(route: string): readonly string[] {
  const [heading = ""] = SECTIONS[route] ?? [];
  const rows = sectionOf(heading).matchAll(/^\| ([\d, x]+?) +\|/gm);
  return [...rows].flatMap(([, cell = ""]) =>
    cell.split(", ").flatMap((status) => (status === "5xx" ? ["500", "503"] : [status])),
  );
}

/** Statuses from tables that cover several routes, or one dialect. */
function isElsewhere(route: string, status: string, dialect: Dialect): boolean {
  const [method = "", path = ""] = route.split(" ");
  if (path.startsWith("/metadata/user/set")) return false;
  if (route === "POST /metadata/user/get" && dialect === "2026") return status === "403";
  // The table of users covers all user calls.
  const isUsers = path === "/users" || path.startsWith("/users/") || path.startsWith("/sdk/users/");
  if (isUsers && status === "400") return path !== "/users" && !path.endsWith("/password");
  // The path accepts only the methods of the table.
  return status === "405" && method !== "";
}

/** Words in the form of a header name that are not headers of an operation. */
const OTHERS = new Set([
  // The document leaves coding and length of answers to the client's HTTP library.
  ...["Content-Encoding", "Content-Length", "Access-Control-Request-Headers", "X-Forwarded-For"],
  // Ignored.
  "If-Modified-Since",
  // Charsets.
  ...["EUC-KR", "US-ASCII", "ISO-8859"],
]);

/** Code in docs/PROTOCOL.md that has the form of a header name. */
function headersOf(text: string): readonly string[] {
  const written = [...text.matchAll(/`((?:[A-Z][A-Za-z]*(?:-[A-Z][A-Za-z]*)+)|ETag|Vary|Allow|RateLimit)\b/g)];
  return [...new Set(written.map(([, name = ""]) => name))].filter((name) => !OTHERS.has(name));
}
