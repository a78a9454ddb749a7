/** A result that an engine may have without waiting. The rules await it in either case. */
export type MaybePromise<T> = T | Promise<T>;
