import type { Eventually } from "../ports.ts";

/** What is made of a value: at once where the value is at hand, so that a read costs no promise. */
export function andThen<T, U>(value: Eventually<T>, next: (value: T) => Eventually<U>): Eventually<U> {
  return value instanceof Promise ? value.then(next) : next(value);
}
