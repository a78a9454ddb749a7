/** What the fuzzer has found. */
export class Fault extends Error {
  /** A request took too long, which a busy machine may have brought about. */
  readonly isSlow: boolean;

  constructor(text: string, { isSlow = false } = {}) {
    super(text);
    this.name = "Fault";
    this.isSlow = isSlow;
  }
}
