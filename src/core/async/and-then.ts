import type { MaybePromise } from "../ports.ts";

/** What is made of a value: at once where the value is at hand, so that a read costs no promise. */
export function andThen<T, U>(value: MaybePromise<T>, next: (value: T) => MaybePromise<U>): MaybePromise<U> {
  return value instanceof Promise ? value.then(next) : next(value);
}
