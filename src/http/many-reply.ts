import type { NamedMetadata } from "../core/batch-reads.ts";
import { metadataReply, type Reply } from "./reply.ts";

/**
 * An answer about several users' attributes, with their versions.
 * @param rest further members, with a comma before each
 */
export function manyReply(users: readonly NamedMetadata[], rest: string): Reply {
  const data = objectJson(users, ({ json }) => json);
  const lastModified = objectJson(users, ({ modified }) => modified);
  return metadataReply(data, `,"lastModified":${lastModified}${rest}`);
}

/**
 * Written by hand: a JavaScript object would lose the order of `10` and `9`. Only legal usernames, in whatever case,
 * have attributes, and these need no escaping.
 */
function objectJson(users: readonly NamedMetadata[], value: (user: NamedMetadata) => string | number): string {
  let json = "";
  for (const user of users) json += `${json === "" ? "" : ","}"${user.name}":${value(user)}`;
  return `{${json}}`;
}
