/** A fetch that records its requests. */
export interface CountedFetch {
  readonly fetch: typeof globalThis.fetch;
  /** Method and path below the app, in order. */
  readonly calls: string[];
  /** Total bytes of all answers' bodies. */
  readonly received: () => number;
  /** From now on every answer waits for this promise. */
  hold(until: Promise<void>): void;
}

export function countedFetch(base: string): CountedFetch {
  const calls: string[] = [];
  let received = 0;
  let held: Promise<void> = Promise.resolve();
  const counted = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const url = String(input instanceof Request ? input.url : input);
    calls.push(`${init?.method ?? "GET"} ${url.slice(base.length)}`);
    const response = await fetch(input, init);
    const bytes = await response.arrayBuffer();
    received += bytes.byteLength;
    await held;
    return new Response(response.status === 304 ? null : bytes, { status: response.status, headers: response.headers });
  };
  return {
    fetch: counted as typeof globalThis.fetch, // as: without Bun's additions
    calls,
    received: () => received,
    hold(until) {
      held = until;
    },
  };
}
