import { BATCH_CEILING } from "../../core/limits.ts";
import type { Refused } from "../../core/refusals.ts";
import type { WireRefused } from "./wire-refusals.ts";

/** Everything beside the refusal that a hint depends on. */
export interface HintContext {
  /** The caller is an admin of the app. */
  readonly isAdmin?: boolean;
  /** The request sets a user's attributes, by PUT or PATCH. */
  readonly isSet?: boolean;
}

type Hinted = Refused | WireRefused | { readonly code: "internal" };

/**
 * A likely cause and a remedy, for developers of clients. The documents' own texts do not say it and cannot be changed.
 * Hints reveal nothing that their reader may not know: they never name an app, and say only to admins whether a user
 * exists.
 */
export function hintFor(refused: Hinted, { isAdmin = false, isSet = false }: HintContext): string | undefined {
  switch (refused.code) {
    case "set_user_unknown":
      return isAdmin ? "no user of this name is registered, and a set makes none: POST …/users does" : undefined;
    case "batch_too_large":
      return `name at most ${refused.batchMax} users in one call, and send several calls${raisable(refused.batchMax)}`;
    case "media_type_unsupported":
      if (!isSet || !refused.isJson) return undefined;
      return "send a form (nickname=Ada&sign=hi), or a JSON object by PATCH under Content-Type: application/merge-patch+json";
    case "app_unknown":
      return "a path begins with /{org}/{app} or /app-id/{app_id}, and there is no such app here";
    case "token_of_other_app":
      return "the token is for another app than the path names";
    case "registration_closed":
      return "this app takes registrations with an admin's token only: POST …/token with client_credentials gives one";
    case "pages_missing":
      return "the pages are not built here: a whole npm ci, without --omit=dev, and the next start build them";
    default:
      return undefined;
  }
}

/** A client below /app-id/ need not know the app's key, so the hint does not name it. */
function raisable(batchMax: number): string {
  if (batchMax >= BATCH_CEILING) return "";
  return `; the operator can allow up to ${BATCH_CEILING}: usermeta app set ORG/APP --batch-max N`;
}
