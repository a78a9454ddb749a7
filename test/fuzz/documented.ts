/**
 * The answers that docs/PROTOCOL.md allows for a call, read from the document itself, so that the two cannot drift
 * apart.
 */
import type { Dialect } from "../../src/core/model.ts";
import { readDocument, tableRows } from "../docs/markdown.ts";
import { COMPANION_ROUTES, nameOf, ROUTES } from "./calls.ts";

const PROTOCOL = readDocument("docs/PROTOCOL.md");

/** The headings of the sections that list a route's statuses. */
export const SECTIONS: Readonly<Record<string, readonly string[]>> = {
  "PUT /metadata/user/{username}": ["Set", "Conditional writes"],
  "PATCH /metadata/user/{username}": ["Set", "Conditional writes", "PATCH"],
  "GET /metadata/user/{username}": ["Get", "Conditional reads"],
  "DELETE /metadata/user/{username}": ["Delete", "Conditional writes", "Removing some keys"],
  "POST /metadata/user/get": ["Batch get"],
  "POST /metadata/user/set": ["Set", "Batch get", "Conditional writes", "Batch set"],
  "GET /metadata/user/capacity": ["Capacity"],
  "GET /metadata/limits": ["Capacity"],
  "POST /token": ["Tokens"],
  ...Object.fromEntries(
    ROUTES.filter(({ path }) => /^\/(sdk\/)?users/.test(path)).map((route) => [nameOf(route), ["Users"]]),
  ),
  ...Object.fromEntries(COMPANION_ROUTES.map((route) => [nameOf(route), ["Companion calls"]])),
};

/** Statuses of the runtime's own answers, without a body. */
export const BARE: ReadonlySet<number> = new Set(
  [...PROTOCOL.matchAll(/\bbare\s+(\d{3})\b/g)].map(([, status]) => Number(status)),
);

/** Answers to any call: § HTTP, § Rates and § 503 or 500. */
const ANYWHERE = new Set([
  "app_unknown",
  "route_unknown",
  "pages_missing",
  "method_not_allowed",
  "body_too_large",
  "body_late",
  "media_type_unsupported",
  "rate_exceeded",
  "busy",
]);

interface ErrorRow {
  readonly code: string;
  readonly status: number;
  readonly error: string;
  readonly text: RegExp;
}

const ROWS: Readonly<Record<Dialect, readonly ErrorRow[]>> = { "2021": rowsOf("2021"), "2026": rowsOf("2026") };

function rowsOf(dialect: Dialect): readonly ErrorRow[] {
  return tableRows(PROTOCOL, ["code", "status", "error", "error_description"]).map((cells) => {
    const [code = "", status, error = "", text = ""] = cells.map((cell) => {
      const [older = "", newer = older] = cell.split("; 2026: ");
      return dialect === "2021" ? older : newer;
    });
    return {
      code,
      status: Number(status),
      error,
      text: new RegExp(`^${text.split("…").map(RegExp.escape).join(".*")}$`, "s"),
    };
  });
}

/** The statuses named in the route's sections. */
const STATUSES: ReadonlyMap<string, ReadonlySet<number>> = new Map(
  Object.entries(SECTIONS).map(([route, headings]) => {
    const numbers = headings.flatMap((heading) =>
      [...sectionOf(heading).matchAll(/\b(?:200|304|4\d\d)\b/g)].map(Number),
    );
    return [route, new Set([200, ...numbers])];
  }),
);

export function sectionOf(heading: string): string {
  const [, text] = new RegExp(`^##+ ${RegExp.escape(heading)}\n([^]*?)(?=^##+ |(?![^]))`, "m").exec(PROTOCOL) ?? [];
  if (text === undefined) throw new Error(`docs/PROTOCOL.md: no section called ${heading}`);
  return text;
}

export interface SaidError {
  readonly status: number;
  readonly error: unknown;
  readonly error_description: unknown;
}

/** @returns the possible codes of an answer; empty: not documented. @param route undefined: no route matches */
export function codesOf(
  { status, error, error_description: text }: SaidError,
  dialects: readonly Dialect[],
  route: string | undefined,
): readonly string[] {
  const said = String(text);
  // A batch refused as a whole has the error text of the first user that caused it.
  const whose = /^nothing was stored: .*?: /s.exec(said)?.[0] ?? "";
  const rows = dialects.flatMap((dialect) => ROWS[dialect]);
  const fits = rows.filter(
    (row) =>
      row.status === status && row.error === error && (row.text.test(said) || row.text.test(said.slice(whose.length))),
  );
  const statuses = route === undefined ? undefined : STATUSES.get(route);
  return fits
    .map(({ code }) => code)
    .filter((code) => ANYWHERE.has(code) || statuses === undefined || statuses.has(status));
}
