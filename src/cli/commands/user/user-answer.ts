import type { User } from "../../../core/model.ts";

/** A user as JSON, without the password hash. */
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
