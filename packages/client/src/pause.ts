/** Resolves after a time, ms. Rejects with the signal's reason as soon as it is aborted. */
export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  let timer: ReturnType<typeof setTimeout>;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  return unlessAborted(over, signal).finally(() => clearTimeout(timer));
}

/** Waits for the promise until the signal is aborted, and then rejects with its reason. The promise itself goes on. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const end = onAbort(signal, () => reject(reasonOf(signal)));
    promise.then(resolve, reject).finally(end);
  });
}

/** The signal's reason. Browsers older than 2022 have none. */
export function reasonOf(signal: AbortSignal): unknown {
  return signal.reason ?? new DOMException("the call was aborted", "AbortError");
}

export interface TimeLimit {
  readonly signal: AbortSignal;
  /** A `TimeoutError` once the time is over. */
  timeout?: DOMException;
  /** Releases the timer and the other signal. */
  end(): void;
}

/**
 * A signal that is aborted after a time, ms, or with the other signal. The caller ends it. `AbortSignal.timeout` and
 * `AbortSignal.any` do the same, but the oldest supported browsers do not have them.
 */
export function timeLimit(ms: number, signal: AbortSignal | undefined): TimeLimit {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  const timer = setTimeout(() => {
    limit.timeout = new DOMException(`no answer in ${ms} ms`, "TimeoutError");
    abort();
  }, ms);
  const release = onAbort(signal, abort);
  const limit: TimeLimit = {
    signal: controller.signal,
    end() {
      clearTimeout(timer);
      release();
    },
  };
  return limit;
}

/** Calls when the signal is aborted, or now if it is already; the function returned ends it. */
function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (signal?.aborted) listener();
  else signal?.addEventListener("abort", listener);
  return () => signal?.removeEventListener("abort", listener);
}
