import type { UserName } from "../model.ts";
import type { MaybePromise } from "./maybe-promise.ts";
import type { Authority, WriteTerms } from "./terms.ts";

/** Which attributes of which user are stored, without themselves. */
export interface StoredVersion {
  readonly userId: string;
  /** Σ UTF-8 bytes of keys and values; 0 only when there are none. */
  readonly bytes: number;
  /** Grows by one with every change of the attributes, their deletion included. */
  readonly version: number;
  /** When they last changed, ms; strictly increasing with the version. */
  readonly modified: number;
}

/** A user's attributes as a read finds them. */
export interface StoredAttributes extends StoredVersion {
  /** The JSON object that a read sends; `{}` when there are none. See attributes.ts. */
  readonly json: string;
}

/**
 * What a read is for. The operator of a store that many servers have may allow old copies in answers; what a write is
 * made of is never one of them.
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
  /** How much larger that is than the bytes of the version replaced; negative = smaller. */
  readonly growth: number;
  readonly modified: number;
  /** What the app's users may hold together. */
  readonly appBytesMax: number;
}

/**
 * conflict: the user or the version is no longer the one named. full: the app's users would hold too much.
 * unauthorised: see Authority; it goes before the other two where both are so.
 */
export type WriteOutcome = "written" | "conflict" | "full" | "unauthorised";

/**
 * withheld: it could have been written, and another of the same batch could not. unavailable: others of the batch went
 * through, and the store could not serve this one: nothing of it is stored.
 */
export type BatchOutcome = WriteOutcome | "aborted" | "unavailable";

/** The attributes of users, and what they come to. See `Store` for what holds for every call. */
export interface AttributeStore {
  /** @param purpose without it, to be answered */
  attributes(app: number, name: UserName, purpose?: ReadPurpose): MaybePromise<StoredAttributes | undefined>;
  /** As `attributes`, for many at once, in order; all of one moment each, not of one moment together. */
  attributesOf(
    app: number,
    names: readonly UserName[],
    purpose?: ReadPurpose,
  ): MaybePromise<readonly (StoredAttributes | undefined)[]>;
  /** As `attributes`, and does not read the attributes themselves. */
  version(app: number, name: UserName, purpose?: ReadPurpose): MaybePromise<StoredVersion | undefined>;
  /** When the attributes last changed, ms; as `attributesOf` to be answered, and does not read them. */
  modifiedOf(app: number, names: readonly UserName[]): MaybePromise<readonly (number | undefined)[]>;
  /**
   * Replaces the attributes if user and version are still those named, and moves the app's usage with them. A
   * write that makes the user's bytes grow is "full" when the usage would pass `appBytesMax`; a write that does
   * not grow never is.
   */
  writeAttributes(write: AttributesWrite, terms?: WriteTerms): Promise<WriteOutcome>;
  /**
   * Several writes, each of another user, as if by `writeAttributes` in this order, in one commit where that is not
   * too large for the engine; an outcome for each, in order. With `allOrNothing` in one commit at any rate, and when
   * one of them is refused none is written; without authority each of them is "unauthorised". Rejects as a whole only
   * when none is written, or when it cannot be told.
   */
  writeAttributesOf(
    writes: readonly AttributesWrite[],
    allOrNothing: boolean,
    terms?: WriteTerms,
  ): Promise<readonly BatchOutcome[]>;
  /**
   * Whatever the version is: nothing is stored afterwards. Makes no change where nothing was stored, nor when it answers
   * "unauthorised".
   */
  clearAttributes(app: number, name: UserName, now: number, authority?: Authority): Promise<"unauthorised" | undefined>;

  /** Σ bytes over the app's users. */
  usage(app: number): MaybePromise<number>;
}
