/** What the rules report to the operator: one function per event. */
export interface Events {
  /**
   * The change feed could not be read; the server continues with the last known state. Called for every failed try.
   * @param count the number of such failures; defaults to 1
   */
  refreshFailed(error: unknown, count?: number): void;
}
