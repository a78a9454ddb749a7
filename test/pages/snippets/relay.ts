import type { Server } from "bun";

/** Stands between a client and the server, so that a test can act between two calls and see what came of each. */
export interface Relay extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  /** As `GET /org/app/users 200`, in the order of the answers. */
  readonly calls: readonly string[];
}

/** A call on its way to the server. Its headers can be changed. */
export interface RelayedCall {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
}

/** What a test does around the calls. */
export interface RelayOptions {
  /** Runs before a call goes on. */
  readonly before?: (call: RelayedCall) => Promise<void>;
  /** Runs before the client gets its answer, whose headers can be changed. */
  readonly after?: (status: number, headers: Headers) => void;
}

/** Headers that belong to one connection. */
const OF_THE_CONNECTION = ["connection", "content-length", "host", "keep-alive", "transfer-encoding"];

/** @param target the server's origin */
export function startRelay(target: string, { before, after }: RelayOptions): Relay {
  const calls: string[] = [];
  const server: Server<undefined> = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      const { pathname, search } = new URL(request.url);
      const headers = endToEnd(request.headers);
      await before?.({ method: request.method, path: pathname, headers });
      const body = await request.arrayBuffer();
      const sent = { method: request.method, headers, ...(body.byteLength > 0 ? { body } : {}), decompress: false };
      const answer = await fetch(target + pathname + search, sent);
      calls.push(`${request.method} ${pathname} ${answer.status}`);
      const answered = endToEnd(answer.headers);
      const bytes = await answer.arrayBuffer();
      after?.(answer.status, answered);
      return new Response(bytes, { status: answer.status, headers: answered });
    },
  });
  return {
    origin: server.url.origin,
    calls,
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

function endToEnd(headers: Headers): Headers {
  const kept = new Headers(headers);
  for (const name of OF_THE_CONNECTION) kept.delete(name);
  return kept;
}
