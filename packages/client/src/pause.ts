/** Rejects with the signal's reason, at once when it is aborted. */
export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const give = (): void => {
      clearTimeout(timer);
      reject(signal && reasonOf(signal));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", give);
      resolve();
    }, ms);
    if (signal?.aborted) give();
    else signal?.addEventListener("abort", give, { once: true });
  });
}

/** What waits for the promise no longer than for the signal; the promise itself goes on. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const give = (): void => reject(reasonOf(signal));
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", give));
    if (signal.aborted) give();
    else signal.addEventListener("abort", give, { once: true });
  });
}

/** Browsers of before 2022 give none. */
export function reasonOf(signal: AbortSignal): unknown {
  return signal.reason ?? new DOMException("the call was aborted", "AbortError");
}

/**
 * A signal that is aborted after so long, ms, or with the other one; to be ended. `AbortSignal.timeout` and
 * `AbortSignal.any` would be that, and are years younger than the browsers that run this.
 */
export function timeLimit(ms: number, signal: AbortSignal | undefined): { signal: AbortSignal; end: () => void } {
  const controller = new AbortController();
  const give = (): void => controller.abort();
  const timer = setTimeout(give, ms);
  if (signal?.aborted) give();
  else signal?.addEventListener("abort", give);
  return {
    signal: controller.signal,
    end() {
      clearTimeout(timer);
      signal?.removeEventListener("abort", give);
    },
  };
}
