import type { UserName } from "../model.ts";
import type { MaybePromise } from "./maybe-promise.ts";
import type { MemberSink } from "./member-sink.ts";
import type { Authority, WriteTerms } from "./terms.ts";

/** Identifies the stored attributes of a user, without their contents. */
export interface StoredVersion {
  readonly userId: string;
  /** The sum of the UTF-8 bytes of keys and values; 0 only when there are none. */
  readonly bytes: number;
  /** Grows by one with every change of the attributes, their deletion included. */
  readonly version: number;
  /** When they last changed, ms; strictly increasing with the version. */
  readonly modified: number;
}

/** A user's attributes, as a read returns them. */
export interface StoredAttributes extends StoredVersion {
  /** The JSON object that a response contains; `{}` when there are no attributes. See attributes.ts. */
  readonly json: string;
}

/**
 * What a read is for: an answer to a client, or the preparation of a write. Where several servers share a store, the
 * operator may allow stale copies in answers. A read that prepares a write never returns a stale copy.
 */
export type ReadPurpose = "answer" | "write";

export interface AttributesWrite {
  readonly app: number;
  readonly name: UserName;
  /** The user and the version that this write replaces. */
  readonly userId: string;
  readonly version: number;
  readonly json: string;
  readonly bytes: number;
  /** `bytes` minus the bytes of the version replaced. */
  readonly growth: number;
  readonly modified: number;
  /** The limit for the attributes of all users of the app together. */
  readonly appBytesMax: number;
}

/**
 * - conflict: the stored user or version is not the one that the write names.
 * - full: the app's usage would pass its limit.
 * - unauthorised: see `Authority`. Takes precedence over the other two.
 */
export type WriteOutcome = "written" | "conflict" | "full" | "unauthorised";

/**
 * - aborted: refused only because another write of the same batch was.
 * - unavailable: the store could not serve this write, although it served others of the batch. Nothing of it is stored.
 */
export type BatchOutcome = WriteOutcome | "aborted" | "unavailable";

/** The attributes of users, and their total size. `Store` has the promises for every call. */
export interface AttributeStore {
  /** @param purpose defaults to "answer" */
  attributes(app: number, name: UserName, purpose?: ReadPurpose): MaybePromise<StoredAttributes | undefined>;
  /**
   * As `attributes` for many users, in order. Each user is read consistently; the list as a whole is not one snapshot.
   */
  attributesOf(
    app: number,
    names: readonly UserName[],
    purpose?: ReadPurpose,
  ): MaybePromise<readonly (StoredAttributes | undefined)[]>;
  /**
   * As `attributesOf` for an answer, on engines that cache attributes as bytes: appends the users that have attributes
   * to `into`, in order. Returns the indexes of users that are not cached; `into` is complete only if there are none.
   * Undefined if `into` has no room.
   * @param spellings the names under which the users are sent
   * @param read attributes that were just read for this answer, by index, used instead of the cache
   */
  copyAttributes?(
    app: number,
    names: readonly UserName[],
    spellings: readonly string[],
    into: MemberSink,
    read?: ReadonlyMap<number, StoredAttributes | undefined>,
  ): readonly number[] | undefined;
  /** As `attributes`, without reading the attributes themselves. */
  version(app: number, name: UserName, purpose?: ReadPurpose): MaybePromise<StoredVersion | undefined>;
  /**
   * When the attributes last changed, ms: as `attributesOf` for an answer, without reading the attributes themselves.
   */
  modifiedOf(app: number, names: readonly UserName[]): MaybePromise<readonly (number | undefined)[]>;
  /**
   * Replaces the attributes if the stored user and version are those named, and updates the app's usage with them. A
   * write that increases the user's bytes is "full" if the usage would pass `appBytesMax`. Any other write never is.
   */
  writeAttributes(write: AttributesWrite, terms?: WriteTerms): Promise<WriteOutcome>;
  /**
   * Several writes, each of another user, as if by `writeAttributes` in this order. Returns an outcome for each, in
   * order. They are one commit unless that is too large for the engine. With `allOrNothing` they are always one commit,
   * and if one is refused none is written; without authority each is "unauthorised". The call rejects only if no write
   * is stored, or if the outcome is unknown.
   */
  writeAttributesOf(
    writes: readonly AttributesWrite[],
    allOrNothing: boolean,
    terms?: WriteTerms,
  ): Promise<readonly BatchOutcome[]>;
  /**
   * Removes the attributes, whatever their version. Changes nothing if none are stored, or if it returns
   * "unauthorised".
   */
  clearAttributes(app: number, name: UserName, now: number, authority?: Authority): Promise<"unauthorised" | undefined>;

  /** The sum of `bytes` over the app's users. */
  usage(app: number): MaybePromise<number>;
}
