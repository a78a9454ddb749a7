import type { Asker } from "../admission/asker.ts";

/** The kinds of external tokens, as the log names them. */
export type ExternalTokenKind = "agora" | "dynamic" | "jwt" | "hosted";

/** The claims of an external token whose signature has been verified. Times in ms since 1970. */
export interface ExternalToken {
  /** An admin's token names no user. An id is the UUID of a user of this server. */
  readonly bearer:
    | { readonly kind: "admin" }
    | {
        readonly kind: "user";
        readonly name: string;
        /** Other names that the signed text could stand for. The token is rejected while one of them is a user here. */
        readonly otherNames?: readonly string[];
      }
    | { readonly kind: "user"; readonly nameOrId: string };
  readonly issued: number;
  readonly expires: number;
  /** When the token must be verified again, by `monotonicMs`; left out = not before it expires. */
  readonly verifiedUntilMs?: number;
}

/** No header holds a longer token: the runtime limits a request's line and headers to 16 KiB together. */
export const EXTERNAL_TOKEN_CHARACTERS_MAX = 16_384;

/** Verifies one kind of external tokens for one app. */
export interface TokenVerifier {
  readonly kind: ExternalTokenKind;
  /** Whether the text has this kind's format. Verifies nothing. */
  takes(text: string): boolean;
  /**
   * Refuses, each with its fault, with `token_malformed`, `token_expired` (also: not valid yet), `token_unknown` (wrong
   * issuer or signature) or `token_of_other_app`; with `busy` if a key or service it needs is unavailable; or with
   * `rate_exceeded`.
   * @param asker charged if another service must be called
   */
  verify(text: string, asker: () => Asker): Promise<ExternalToken>;
}

/** A verifier that calls no other service. */
export interface OfflineVerifier extends TokenVerifier {
  verify(text: string): Promise<ExternalToken>;
}
