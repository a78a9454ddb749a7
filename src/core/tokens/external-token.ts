import type { Asker } from "../admission/asker.ts";

/** Who makes such tokens; the names under which the operator is told of them. */
export type ExternalTokenKind = "agora" | "dynamic" | "jwt" | "hosted";

/** What a token of somebody else's making says, once its signature has been found good. Times in ms since 1970. */
export interface ExternalToken {
  /** An admin's names no user. An id is the UUID of a user here. */
  readonly bearer:
    | { readonly kind: "admin" }
    | {
        readonly kind: "user";
        readonly name: string;
        /** Whom what is signed could name instead: the token is nobody's while one of them is a user here. */
        readonly otherNames?: readonly string[];
      }
    | { readonly kind: "user"; readonly nameOrId: string };
  readonly issued: number;
  readonly expires: number;
  /** When it must be verified again, whatever it says, as of `monotonicMs`; left out = not before it ends. */
  readonly verifiedUntilMs?: number;
}

/** No header holds a longer one: the runtime takes a request's line and headers up to 16 KiB together. */
export const EXTERNAL_TOKEN_CHARACTERS_MAX = 16_384;

/** Verifies one kind of such tokens for one app. */
export interface TokenVerifier {
  readonly kind: ExternalTokenKind;
  /** Whether a text has this kind's form; nothing is verified. */
  takes(text: string): boolean;
  /**
   * Refuses with `token_malformed`, `token_expired` (or not valid yet), `token_unknown` (not from whom it should be,
   * tampered with), `token_of_other_app`, each with its fault, `busy` when it cannot be told at present, or `rate_exceeded`.
   * @param asker who is charged where another service must be asked
   */
  verify(text: string, asker: () => Asker): Promise<ExternalToken>;
}

/** Of a kind for which nobody else is asked. */
export interface OfflineVerifier extends TokenVerifier {
  verify(text: string): Promise<ExternalToken>;
}
