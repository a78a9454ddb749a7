import type { Client } from "@usermeta/client";

/** What the form edits. An empty text stands for an attribute that is not set, as it does on the server. */
export interface Draft {
  readonly nickname: string;
  readonly avatarurl: string;
}

/** Somebody else, perhaps the same user on another device, has changed what the form began with. */
export class ConflictError extends Error {
  readonly stored: Draft;

  constructor(stored: Draft) {
    super("The profile was changed elsewhere in the meantime");
    this.stored = stored;
  }
}

export function draftOf({ nickname = "", avatarurl = "" }: Partial<Draft>): Draft {
  return { nickname, avatarurl };
}

/**
 * Stores the draft, unless the server has neither it nor what the form began with. `update` ties the write to the version
 * that its function was given, so that no change slips in between.
 */
export async function saveProfile(client: Client, user: string, seen: Draft, draft: Draft): Promise<void> {
  await client.update(user, (attributes) => {
    const stored = draftOf(attributes);
    if (!isSame(stored, seen) && !isSame(stored, draft)) throw new ConflictError(stored);
    return { ...draft };
  });
}

function isSame(one: Draft, other: Draft): boolean {
  return one.nickname === other.nickname && one.avatarurl === other.avatarurl;
}
