import type { StoredVersion } from "./ports.ts";
import type { RateLimitStatus } from "./rate-limit-status.ts";

/**
 * The closed list of expected "no". A rule that refuses throws a `Refusal`; `http/answers/errors.ts` gives every code its
 * status and text, and the compiler finds a code without one. Everything else that is thrown is a fault of ours.
 */
export type Refused =
  // tokens (protocol.md § 2.2)
  | { readonly code: "token_missing" }
  | { readonly code: BadTokenCode; readonly fault?: TokenFault }
  | { readonly code: "client_id_wrong" }
  | { readonly code: "client_secret_wrong" }
  | { readonly code: "password_wrong" }
  | { readonly code: "grant_user_unknown" }
  | { readonly code: "grant_user_deactivated" }
  // rights
  | { readonly code: "not_permitted" }
  | { readonly code: "read_not_permitted" }
  | { readonly code: "registration_closed" }
  // metadata (user-metadata.md)
  | { readonly code: "set_user_unknown" }
  | { readonly code: "get_user_unknown" }
  | ({ readonly code: "user_bytes_exceeded"; readonly attempted: number } & Exceeded)
  | ({ readonly code: "app_bytes_exceeded" } & Exceeded)
  | { readonly code: "set_conflict" }
  | {
      readonly code: "precondition_failed";
      /** What is stored instead. */
      readonly stored: StoredVersion | undefined;
      /**
       * Of the keys that the call names, those whose present value is another than it wants, with it, as a JSON object;
       * null = it has none. As text, because an object of very many keys takes long to make and to write.
       */
      readonly differingJson: string;
    }
  /** By the spelling asked for, those for whose sake none was changed. */
  | { readonly code: "batch_refused"; readonly refused: ReadonlyMap<string, Refused> }
  | { readonly code: "batch_too_large"; readonly batchMax: number }
  // users (protocol.md § 3)
  | { readonly code: "user_name_illegal"; readonly name: string }
  | { readonly code: "user_name_too_long" }
  | { readonly code: "user_taken"; readonly name: string; readonly appId: string }
  | { readonly code: "users_too_many"; readonly count: number; readonly countMax: number }
  | { readonly code: "user_unknown" }
  | { readonly code: "password_user_unknown" }
  | { readonly code: "password_missing" }
  | { readonly code: "password_too_long" }
  | { readonly code: "new_password_missing" }
  | { readonly code: "old_password_missing" }
  | { readonly code: "nickname_too_long" }
  // any call
  | { readonly code: "app_unknown" }
  | { readonly code: "argument_illegal"; readonly reason: string }
  | { readonly code: "json_malformed" }
  /** allowance: of an app's bucket. */
  | { readonly code: "rate_exceeded"; readonly retryAfterMs: number; readonly rateLimit: RateLimitStatus | undefined }
  | { readonly code: "busy"; readonly retryAfterMs: number };

type BadTokenCode = "token_expired" | "token_malformed" | "token_unknown" | "token_of_other_app";

/** Which check a token has failed: for the operator, never for the caller. */
export interface TokenFault {
  readonly failed: "signature" | "expired" | "audience" | "issuer" | "kid" | "claim" | "app" | "revoked" | "format";
  /** In words of ours, without anything that the token says. */
  readonly detail: string;
}

/** Bytes; what is used, and what it would have come to, only where that is known and the caller may know. */
interface Exceeded {
  readonly bytesMax: number;
  readonly used?: number;
  readonly attempted?: number;
}

export type RefusalCode = Refused["code"];

export class Refusal extends Error {
  readonly refused: Refused;

  constructor(refused: Refused) {
    super(refused.code);
    this.name = "Refusal";
    this.refused = refused;
  }
}

/** A token that fails a check. @param detail see TokenFault */
export function badToken(code: BadTokenCode, failed: TokenFault["failed"], detail: string): Refusal {
  return new Refusal({ code, fault: { failed, detail } });
}

/** What can run out has run out, and nothing was done: 503. */
export function busy(retryAfterMs = 1000): Refusal {
  return new Refusal({ code: "busy", retryAfterMs });
}

/** What makes no sense in any app: 400. @param reason for the caller */
export function illegal(reason: string): Refusal {
  return new Refusal({ code: "argument_illegal", reason });
}
