import { isAllowed, permit, type Relation } from "../../core/access.ts";
import type { Caller, Dialect, UserName } from "../../core/model.ts";
import { Refusal } from "../../core/refusals.ts";
import { type Route, readsBody } from "../../http/call.ts";
import type { Operation } from "../operations/operation.ts";
import type { SampleName } from "./samples.ts";

const ANY: readonly SampleName[] = ["app_unknown", "rate_exceeded", "busy", "internal"];
const TOKEN: readonly SampleName[] = [
  "token_missing",
  "token_expired",
  "token_malformed",
  "token_unknown",
  "token_of_other_app",
];
const BODY: readonly SampleName[] = ["body_late", "body_too_large", "media_type_unsupported"];

/** All refusals of a route: those of its kind, those of the table of rights, and its own. */
export function refusalsOf(route: Route, operation: Operation, dialect: Dialect): readonly SampleName[] {
  const names = [
    ...ANY,
    ...TOKEN,
    ...(readsBody(route) ? BODY : []),
    ...(route.bearer === "needed" ? rightsOf(route, dialect) : []),
    ...operation.refusals,
    ...(operation.refusalsOf?.[dialect] ?? []),
  ];
  return [...new Set(names)];
}

// as: a legal name
const SELF = "ada" as UserName;
const CALLERS: Readonly<Record<Exclude<Relation, "nobody">, Caller>> = {
  self: { kind: "user", id: "", name: SELF },
  other: { kind: "user", id: "", name: "bob" as UserName }, // as: another one
  admin: { kind: "admin" },
};

/** The refusals of authenticated callers without permission. */
function rightsOf({ operation }: Extract<Route, { bearer: "needed" }>, dialect: Dialect): readonly SampleName[] {
  const settings = { dialect, registration: "authorised" } as const;
  const codes = new Set<SampleName>();
  for (const [relation, caller] of Object.entries(CALLERS)) {
    // as: the keys of the object above
    if (isAllowed(operation, relation as Relation, settings)) continue;
    try {
      permit(operation, caller, SELF, settings);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      codes.add(error.refused.code);
    }
  }
  return [...codes];
}
