/** An answer that an engine may have at hand; the rules await it either way. */
export type MaybePromise<T> = T | Promise<T>;
