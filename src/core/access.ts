import type { Caller, Dialect, Registration, UserName } from "./model.ts";
import { Refusal } from "./refusals.ts";

/** The relation of the caller to the operation's target user; without a target, a user is "other". */
export type Relation = "nobody" | "self" | "other" | "admin";

/** yes, no, or a yes that depends on a setting of the app: `open` = registration is open, `2021` = in that dialect. */
type Verdict = "yes" | "no" | "open" | "2021";

/**
 * The only place that decides who may do what. Set and delete: "Only the user himself or the app administrator" (the
 * specification § Setting user metadata, § Delete User Metadata). Capacity: "only app admin has permission" (§ Get the
 * total size). Reads: any valid token of the app (docs/PROTOCOL.md § Rights); in the dialect of 2026 a single get of
 * another user is refused. Users: admins only, apart from registration, the caller's own password and own token.
 * Companion calls are about the caller's own conversations, and an admin has none.
 */
const ACCESS = {
  //                 nobody        self          other         admin
  setMetadata: row("no", "yes", "no", "yes"),
  removeMetadata: row("no", "yes", "no", "yes"),
  getMetadata: row("no", "yes", "2021", "yes"),
  getManyMetadata: row("no", "yes", "yes", "yes"),
  capacity: row("no", "no", "no", "yes"),
  setManyMetadata: row("no", "no", "no", "yes"),
  readLimits: row("no", "yes", "yes", "yes"),
  registerUser: row("open", "open", "open", "yes"),
  registerUsers: row("no", "no", "no", "yes"),
  readUser: row("no", "no", "no", "yes"),
  listUsers: row("no", "no", "no", "yes"),
  deleteUsers: row("no", "no", "no", "yes"),
  changePassword: row("no", "yes", "no", "yes"),
  activateUser: row("no", "no", "no", "yes"),
  inheritUser: row("no", "no", "no", "yes"),
  readTokenExpiry: row("no", "yes", "no", "yes"),
  companion: row("no", "yes", "no", "no"),
} as const;

export type Operation = keyof typeof ACCESS;

export const OPERATIONS = Object.keys(ACCESS) as Operation[]; // as: the keys of the table above

export interface AccessSettings {
  readonly dialect: Dialect;
  readonly registration: Registration;
}

export function relationOf(caller: Caller, target: UserName | undefined): Relation {
  if (caller.kind !== "user") return caller.kind;
  return caller.name === target ? "self" : "other";
}

export function isAllowed(operation: Operation, relation: Relation, settings: AccessSettings): boolean {
  const verdict: Verdict = ACCESS[operation][relation];
  switch (verdict) {
    case "yes":
      return true;
    case "no":
      return false;
    case "open":
      return settings.registration === "open";
    case "2021":
      return settings.dialect === "2021";
  }
}

/**
 * Refuses an operation that is not allowed, with `not_permitted`, `read_not_permitted` or `registration_closed`. The
 * refusal tells a user nothing about the target, not even whether it exists.
 */
export function permit(
  operation: Operation,
  caller: Caller,
  target: UserName | undefined,
  settings: AccessSettings,
): void {
  if (isAllowed(operation, relationOf(caller, target), settings)) return;
  throw new Refusal({ code: REFUSALS[operation] ?? "not_permitted" });
}

const REFUSALS: Partial<Record<Operation, "read_not_permitted" | "registration_closed">> = {
  getMetadata: "read_not_permitted",
  registerUser: "registration_closed",
};

function row(nobody: Verdict, self: Verdict, other: Verdict, admin: Verdict): Readonly<Record<Relation, Verdict>> {
  return { nobody, self, other, admin };
}
