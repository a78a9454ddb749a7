import type { StoredVersion } from "../../core/ports/attribute-store.ts";

/** An error as it is sent; reply.ts adds the envelope. */
export interface WireError {
  readonly status: number;
  /** The machine-readable code: `error`. */
  readonly error: string;
  /** The text for people, and for SDKs that search it for certain words: `error_description`. */
  readonly text: string;
  /** What to do about the error. */
  readonly hint?: string | undefined;
  /** The old metadata service's text, `desc`, if it differs from `text`. Only metadata calls send it. */
  readonly desc?: string;
  /** Some clients of the user calls recognize an error by this name. */
  readonly exception?: string;
  /** Sends `"data":{}` too, as documented for one error. */
  readonly emptyData?: true;
  readonly headers?: Readonly<Record<string, string>>;
  /** Further members of the body. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** More members, as JSON text, with a comma before each. */
  readonly detailsJson?: string;
  /** The stored version, of a failed precondition (412). */
  readonly version?: StoredVersion;
  readonly quota?: Quota;
}

/** Bytes of a user's attributes: used and allowed. */
export interface Quota {
  readonly used: number;
  readonly limit: number;
}
