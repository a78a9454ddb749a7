/** The names that the vendors' SDKs know; an app may use any others beside them. */
export type KnownName = "nickname" | "avatarurl" | "phone" | "mail" | "gender" | "sign" | "birth" | "ext";

/** What a user has stored: text, by name. */
export type Attributes = Readonly<Partial<Record<KnownName, string>>> & Readonly<Record<string, string | undefined>>;

/** What is to change; null or an empty text removes, and what is not named stays. */
export type AttributePatch = Readonly<Partial<Record<KnownName, Value>>> & Readonly<Record<string, Value | undefined>>;

type Value = string | number | boolean | null;

/** A user as the client knows him; the same object for as long as nothing has changed. */
export interface Profile {
  /** As it was spelled when it was first asked for, in small letters. */
  readonly user: string;
  /** Undefined: there is no such user. */
  readonly attributes: Attributes | undefined;
  /** Which version of the attributes it is, ms. */
  readonly lastModified: number;
  /** Its name in conditions, where the server has told it. */
  readonly etag?: string | undefined;
}
