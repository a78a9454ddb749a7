/**
 * What a `Store` rejects with when it could not do what it was asked. It decides between the two answers that a client
 * gets: 503, certain and worth trying again, and 500.
 */
export class StoreFailure extends Error {
  /** It is certain that nothing was stored and that nothing will be: a call that is repeated is carried out once. */
  readonly nothingStored: boolean;

  constructor(message: string, nothingStored: boolean, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "StoreFailure";
    this.nothingStored = nothingStored;
  }
}
