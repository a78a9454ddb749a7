import type { Client } from "@usermeta/client";

/** The attributes that the form edits. As on the server, an empty text means that the attribute is not set. */
export interface Draft {
  readonly nickname: string;
  readonly avatarurl: string;
}

/** The profile has changed since the form was opened, for instance on another device of the user. */
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
 * Stores the draft. If the profile has changed since the user saw it, throws a `ConflictError` instead. `update` stores
 * only on the version that its function was given, so no other change is overwritten.
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
