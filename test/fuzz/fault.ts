/** An error found by the fuzzer. */
export class Fault extends Error {
  /** A request took too long, possibly because the machine is busy. */
  readonly isSlow: boolean;

  constructor(text: string, { isSlow = false } = {}) {
    super(text);
    this.name = "Fault";
    this.isSlow = isSlow;
  }
}
