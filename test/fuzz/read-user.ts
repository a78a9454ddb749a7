import type { Judged } from "./judge-answer.ts";
import { attributesOf, membersOf } from "./judge-effect.ts";
import type { Told } from "./known-users.ts";

/** A call with the app's admin token. */
export type Ask = (method: string, path: string, json?: unknown) => Promise<Judged>;

/** `GET …/metadata/user/capacity` is another call, so a user of that name is read in a batch. */
export async function readUser(ask: Ask, name: string): Promise<Told> {
  if (name === "capacity") {
    const { body } = await ask("POST", "/metadata/user/get", { targets: [name], properties: [] });
    return { attributes: attributesOf(membersOf(body.data)[name] ?? {}) };
  }
  const { body, headers } = await ask("GET", `/metadata/user/${name}`);
  const etag = headers.get("etag") ?? undefined;
  return { attributes: attributesOf(body.data), etag, modified: Number(body.lastModified) };
}
