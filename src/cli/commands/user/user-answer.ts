import type { User } from "../../../core/model.ts";

/** A user as commands show him to programs; the hash of his password is nobody's business. */
export function userJson(user: User): Readonly<Record<string, unknown>> {
  return {
    username: user.name,
    id: user.id,
    nickname: user.nickname,
    activated: user.activated,
    hasPassword: user.passwordHash !== null,
    created: new Date(user.created).toISOString(),
    modified: new Date(user.modified).toISOString(),
  };
}
