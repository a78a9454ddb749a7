/** What the rules tell the operator about; one function per event. */
export interface Events {
  /**
   * What other processes have changed could not be read; this one goes on with what it knows. Told of every try.
   * @param count of those like it; 1 where it is left out
   */
  refreshFailed(error: unknown, count?: number): void;
}
