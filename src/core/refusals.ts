import type { StoredVersion } from "./ports/attribute-store.ts";
import type { RateLimitStatus } from "./rate-limit-status.ts";

/**
 * The closed list of expected refusals. A rule refuses by throwing a `Refusal`; `http/answers/errors.ts` maps every code
 * to its status and text (`set_conflict` is the 409), and a code without one does not compile. Any other error that is
 * thrown is a fault of the server.
 */
export type Refused =
  // tokens (docs/PROTOCOL.md § Tokens)
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
  // metadata (the specification)
  | { readonly code: "set_user_unknown" }
  | { readonly code: "get_user_unknown" }
  | ({ readonly code: "user_bytes_exceeded"; readonly attempted: number } & Exceeded)
  | ({ readonly code: "app_bytes_exceeded" } & Exceeded)
  | { readonly code: "set_conflict" }
  | {
      readonly code: "precondition_failed";
      /** The stored version; undefined: no such user. */
      readonly stored: StoredVersion | undefined;
      /**
       * JSON object: the keys of the call whose stored value differs from the requested one, each with the stored value
       * (null = none). It is a text because building and serializing an object of very many keys takes long.
       */
      readonly differingJson: string;
    }
  /** refused: by requested spelling, the users that could not be changed; so none was. */
  | { readonly code: "batch_refused"; readonly refused: ReadonlyMap<string, Refused> }
  | { readonly code: "batch_too_large"; readonly batchMax: number }
  // users (docs/PROTOCOL.md § Users)
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
  /** rateLimit: the state of the app's bucket; undefined if an address was over its limit. */
  | { readonly code: "rate_exceeded"; readonly retryAfterMs: number; readonly rateLimit: RateLimitStatus | undefined }
  | { readonly code: "busy"; readonly retryAfterMs: number };

type BadTokenCode = "token_expired" | "token_malformed" | "token_unknown" | "token_of_other_app";

/** Which check a token failed: for the operator, never for the caller. */
export interface TokenFault {
  readonly failed: "signature" | "expired" | "audience" | "issuer" | "kid" | "claim" | "app" | "revoked" | "format";
  /** Text written by us; contains nothing from the token. */
  readonly detail: string;
}

/**
 * A size limit, bytes: the limit, the usage, and the size that the write would have led to. The last two are omitted if
 * they are unknown or the caller may not know them.
 */
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

/** The refusal of a token that failed a check. @param detail see TokenFault */
export function badToken(code: BadTokenCode, failed: TokenFault["failed"], detail: string): Refusal {
  return new Refusal({ code, fault: { failed, detail } });
}

/** A resource is exhausted, and nothing was done: 503. */
export function busy(): Refusal {
  return new Refusal({ code: "busy", retryAfterMs: 1000 });
}

/** An invalid argument: 400. @param reason for the caller */
export function illegal(reason: string): Refusal {
  return new Refusal({ code: "argument_illegal", reason });
}
