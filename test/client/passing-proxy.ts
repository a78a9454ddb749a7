/** A proxy between a client and the server that answers 503 of its own for some requests. */
export interface PassingProxy extends AsyncDisposable {
  readonly url: string;
  /** Methods of what has been passed on. */
  readonly passed: string[];
}

/** "pass it on", and 503: also what the server has answered is thrown away, as when a connection breaks. */
export type Fate = "answer" | "503 before" | "503 after";

/** As nginx, as Envoy, and as gateways that speak JSON. */
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
