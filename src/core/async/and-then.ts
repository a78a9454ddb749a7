import type { MaybePromise } from "../ports/maybe-promise.ts";

/** Applies `next` to a value; synchronously if the value is no promise, so that a cached read costs no promise. */
export function andThen<T, U>(value: MaybePromise<T>, next: (value: T) => MaybePromise<U>): MaybePromise<U> {
  return value instanceof Promise ? value.then(next) : next(value);
}
