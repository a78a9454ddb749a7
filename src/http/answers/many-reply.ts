import type { NamedMetadata } from "../../core/metadata/batch-reads.ts";
import { metadataReply, type Reply } from "./reply.ts";

/**
 * An answer with the attributes and versions of several users.
 * @param rest further members, with a comma before each
 */
export function manyReply(users: readonly NamedMetadata[], rest: string): Reply {
  const data = membersJson(users, jsonOf);
  const lastModified = membersJson(users, modifiedOf);
  return metadataReply(`{${data}}`, `,"lastModified":{${lastModified}}${rest}`);
}

/** Approximate size of one part of a large answer. Only one part is in memory at a time. */
export const PART_BYTES = 262_144;

/**
 * Like `manyReply`, for an answer too large for memory: users are read at the speed at which the client receives them.
 * @param more the next users; undefined at the end
 * @param rest called at the end
 */
export function manyReplyInParts(
  first: readonly NamedMetadata[],
  more: () => Promise<readonly NamedMetadata[] | undefined>,
  rest: () => string,
): Reply {
  let lastModified = membersJson(first, modifiedOf);
  let isFirst = first.length === 0;
  let isOver = false;
  return {
    members: `"data":{${membersJson(first, jsonOf)}`,
    timed: true,
    async more() {
      if (isOver) return undefined;
      const users = await more();
      if (users === undefined) {
        isOver = true;
        return `},"lastModified":{${lastModified}}${rest()}`;
      }
      if (users.length === 0) return "";
      const separator = isFirst ? "" : ",";
      isFirst = false;
      lastModified += separator + membersJson(users, modifiedOf);
      return separator + membersJson(users, jsonOf);
    },
  };
}

/**
 * Built as text, because a JavaScript object would reorder keys such as `10` and `9`. Names need no escaping: only
 * legal usernames, in any case, have attributes.
 */
function membersJson(users: readonly NamedMetadata[], value: (user: NamedMetadata) => string | number): string {
  let json = "";
  for (const user of users) json += `${json === "" ? "" : ","}"${user.name}":${value(user)}`;
  return json;
}

function jsonOf({ json }: NamedMetadata): string {
  return json;
}

function modifiedOf({ modified }: NamedMetadata): number {
  return modified;
}
