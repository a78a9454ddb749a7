import { join } from "node:path";

export interface ServedFolder extends AsyncDisposable {
  /** Ends with a slash. */
  readonly url: string;
}

/** A build as a web server has it, on a port of its own: to the page, usermeta is another origin. */
export function serveFolder(folder: string): ServedFolder {
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      const { pathname } = new URL(request.url);
      const file = Bun.file(join(folder, pathname === "/" ? "index.html" : pathname));
      return (await file.exists()) ? new Response(file) : new Response(null, { status: 404 });
    },
  });
  return { url: server.url.href, [Symbol.asyncDispose]: () => server.stop(true) };
}
