import { type User, userName } from "../core/model.ts";
import type { UserCursor } from "../core/ports.ts";
import { Refusal } from "../core/refusals.ts";

/** How many users a page holds when it does not say, and at most (protocol.md § 3.3). */
const LIMIT_DEFAULT = 10;
const LIMIT_MAX = 100;

/** `?limit&cursor`. More than the most is cut to it; nonsense is refused. */
export function pageOf(request: Request): { readonly after: UserCursor | undefined; readonly limit: number } {
  const query = new URL(request.url).searchParams;
  const limit = query.get("limit") ?? String(LIMIT_DEFAULT);
  if (!/^[1-9]\d*$/.test(limit))
    throw new Refusal({ code: "argument_illegal", reason: "limit: not a whole number above 0" });
  const cursor = query.get("cursor");
  return { after: cursor === null ? undefined : decodeCursor(cursor), limit: Math.min(Number(limit), LIMIT_MAX) };
}

/** The place after these users; undefined when they did not fill the page, so that there are no more. */
export function nextCursor(users: readonly User[], limit: number): string | undefined {
  const last = users.at(-1);
  if (last === undefined || users.length < limit) return undefined;
  return Buffer.from(`${last.created} ${last.name}`).toString("base64url");
}

function decodeCursor(text: string): UserCursor {
  const [created, name] = Buffer.from(text, "base64url").toString().split(" ");
  const user = userName(name ?? "");
  if (user === undefined || !/^\d{1,15}$/.test(created ?? "")) {
    throw new Refusal({ code: "argument_illegal", reason: "cursor: not one of ours" });
  }
  return { created: Number(created), name: user };
}
