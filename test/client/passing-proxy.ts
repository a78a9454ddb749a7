/** A proxy between client and server that answers some requests with its own 503. */
export interface PassingProxy extends AsyncDisposable {
  readonly url: string;
  /** Methods of the requests that were forwarded. */
  readonly passed: string[];
}

/**
 * Forward the request; or answer 503, either without forwarding it or in place of the server's answer, as when a
 * connection breaks.
 */
export type Fate = "answer" | "503 before" | "503 after";

/** Like nginx, Envoy, and gateways that send JSON. */
export const FOREIGN_503 = {
  nginx: { type: "text/html", body: "<html><h1>503 Service Temporarily Unavailable</h1></html>" },
  Envoy: { type: "text/plain", body: "upstream connect error or disconnect/reset before headers" },
  "a gateway": { type: "application/json", body: '{"message":"Service Unavailable"}' },
} as const;

export function startProxy(
  origin: string,
  kind: keyof typeof FOREIGN_503,
  fateOf: (method: string) => Fate,
): PassingProxy {
  const passed: string[] = [];
  const { type, body } = FOREIGN_503[kind];
  const server = Bun.serve({
    port: 0,
    async fetch(request) {
      const { method } = request;
      const fate = fateOf(method);
      const refusal = (): Response => new Response(body, { status: 503, headers: { "content-type": type } });
      if (fate === "503 before") return refusal();
      passed.push(method);
      const { pathname, search } = new URL(request.url);
      const { headers } = request;
      const answer = await fetch(origin + pathname + search, { method, headers, body: await request.arrayBuffer() });
      const bytes = await answer.arrayBuffer();
      return fate === "answer" ? new Response(bytes, { status: answer.status, headers: answer.headers }) : refusal();
    },
  });
  return { url: `${server.url.origin}/org/app`, passed, [Symbol.asyncDispose]: () => server.stop(true) };
}
