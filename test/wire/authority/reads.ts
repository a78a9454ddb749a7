import type { CallRow } from "./call-row.ts";
import { COMPANION_READS } from "./companion-calls.ts";

const READ = { method: "GET", begins: "with the head", body: () => "" } as const;

/** The routes without a body: see calls.ts. */
export const READS: readonly CallRow[] = [
  { ...READ, name: "get", path: "/metadata/user/{username}", needs: "getMetadata" },
  { ...READ, name: "capacity", path: "/metadata/user/capacity", needs: "capacity" },
  { ...READ, name: "limits", path: "/metadata/limits", needs: "readLimits" },
  { ...READ, name: "list of users", path: "/users", needs: "listUsers" },
  { ...READ, name: "user", path: "/users/{username}", needs: "readUser" },
  { ...READ, name: "end of a token", path: "/sdk/users/{username}/token/expires", needs: "readTokenExpiry" },
  ...COMPANION_READS,
];
