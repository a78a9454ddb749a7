/** The attributes that the vendors' SDKs know. An app may use any others beside them. */
export type KnownName = "nickname" | "avatarurl" | "phone" | "mail" | "gender" | "sign" | "birth" | "ext";

/** The attributes of a user: text, by name. */
export type Attributes = Readonly<Partial<Record<KnownName, string>>> & Readonly<Record<string, string | undefined>>;

/** Attributes to set. Null or an empty text removes one; attributes that are not named stay as they are. */
export type Changes = Readonly<Partial<Record<KnownName, Value>>> & Readonly<Record<string, Value | undefined>>;

type Value = string | number | boolean | null;

/** A user as the client knows them. It is the same object until something changes. */
export interface Profile {
  /** In lower case, as the server stores usernames. */
  readonly user: string;
  /** Undefined: the user does not exist. */
  readonly attributes: Attributes | undefined;
  /** When the attributes last changed, ms since 1970. Names their version in `SetManyOptions.versions`. */
  readonly lastModified: number;
  /** Names the version in `SetOptions.ifMatch`. Batch reads do not have it. */
  readonly etag?: string | undefined;
}
