/** Memory to copy from, as a `Buffer`. */
export interface ByteSource {
  copy(target: Uint8Array, targetStart: number, start: number, end: number): number;
}

/**
 * Receives the users of a batch answer as bytes, so that no string is created for each user. Fill it and use the result
 * in one synchronous run: the next answer overwrites its memory.
 */
export interface MemberSink {
  /** Removes all users. */
  clear(): void;
  /**
   * Appends a user. False if there is no room.
   * @param spelling of a legal username, as it was requested
   * @param json the bytes of the attributes' JSON from `start` to `end`
   * @param modified when the attributes last changed, ms since 1970
   */
  append(spelling: string, json: ByteSource, start: number, end: number, modified: number): boolean;
  /** As `append`, with the JSON as text. */
  appendText(spelling: string, json: string, modified: number): boolean;
}
