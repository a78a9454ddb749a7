import type { StoredVersion } from "../../core/ports/attribute-store.ts";

/** One error as it goes out; reply.ts gives it its envelope. */
export interface WireError {
  readonly status: number;
  /** The machine's word for it: `error`. */
  readonly error: string;
  /** The text for people and for the SDKs that look for certain words in it: `error_description`. */
  readonly text: string;
  /** What to do about it. */
  readonly hint?: string | undefined;
  /** The old metadata service's text, `desc`, where it is another one than `text`. Only metadata calls send it. */
  readonly desc?: string;
  /** Some clients of the user calls know an error by this name. */
  readonly exception?: string;
  /** Sends `"data":{}` too, as the documents do for one error. */
  readonly emptyData?: true;
  readonly headers?: Readonly<Record<string, string>>;
  /** Further members of the body. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** More of them, as JSON text, with a comma before each. */
  readonly detailsJson?: string;
  /** What is stored instead. */
  readonly version?: StoredVersion;
  readonly quota?: Quota;
}

/** What a user's attributes take, and may take; bytes. */
export interface Quota {
  readonly used: number;
  readonly limit: number;
}
