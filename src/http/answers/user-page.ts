import { userName } from "../../core/model.ts";
import type { UserCursor } from "../../core/ports/user-store.ts";
import { illegal } from "../../core/refusals.ts";
import { urlOf } from "../requests/request.ts";

/** Default and maximum number of users on a page (docs/PROTOCOL.md § Users). */
const LIMIT_DEFAULT = 10;
const LIMIT_MAX = 100;

/** Reads `?limit&cursor`. A larger limit is reduced to the maximum; an invalid one is refused. */
export function pageOf(request: Request): { readonly after: UserCursor | undefined; readonly limit: number } {
  const query = urlOf(request).searchParams;
  const limit = query.get("limit") ?? String(LIMIT_DEFAULT);
  if (!/^[1-9]\d*$/.test(limit)) throw illegal("limit: not a whole number above 0");
  const cursor = query.get("cursor");
  return { after: cursor === null ? undefined : decodeCursor(cursor), limit: Math.min(Number(limit), LIMIT_MAX) };
}

/** The `cursor` of an answer, opaque to clients; undefined on the last page. */
export function encodeCursor(next: UserCursor | undefined): string | undefined {
  return next && Buffer.from(`${next.created} ${next.name}`).toString("base64url");
}

function decodeCursor(text: string): UserCursor {
  const [created = "", name = ""] = Buffer.from(text, "base64url").toString().split(" ");
  const user = userName(name);
  const cursor = user && /^\d{1,15}$/.test(created) ? { created: Number(created), name: user } : undefined;
  // Decoding is lenient, so accept only a text that this server would encode.
  if (cursor !== undefined && encodeCursor(cursor) === text) return cursor;
  throw illegal("cursor: not one of ours");
}
