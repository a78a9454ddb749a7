import type { NamedMetadata } from "../../core/metadata/batch-reads.ts";
import { metadataReply, type Reply } from "./reply.ts";

/**
 * An answer about several users' attributes, with their versions.
 * @param rest further members, with a comma before each
 */
export function manyReply(users: readonly NamedMetadata[], rest: string): Reply {
  const data = membersJson(users, jsonOf);
  const lastModified = membersJson(users, modifiedOf);
  return metadataReply(`{${data}}`, `,"lastModified":{${lastModified}}${rest}`);
}

/** What one part of a large answer takes, about; no more of the answer is in memory at a time. */
export const PART_BYTES = 262_144;

/**
 * The same for an answer too large for memory: its users are read as the client takes it.
 * @param more the next users; undefined at the end
 * @param rest asked for at the end
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
 * Written by hand: a JavaScript object would lose the order of `10` and `9`. Only legal usernames, in whatever case,
 * have attributes, and these need no escaping.
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
