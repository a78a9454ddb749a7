import type { Authority } from "../../../core/ports/terms.ts";

/** Whether `authority` is certainly still valid if `other` may be. */
export function isAtLeastAsValid(authority: Authority | undefined, other: Authority | undefined): boolean {
  if (authority === undefined || authority === other) return true;
  if (other === undefined || authority.registrations !== undefined) return false;
  const { user, appEndedMax, adminEndedMax } = authority;
  if (appEndedMax < other.appEndedMax || adminEndedMax < other.adminEndedMax) return false;
  return user === undefined || (user.id === other.user?.id && user.endedMax >= other.user.endedMax);
}
