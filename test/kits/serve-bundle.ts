import type { KitBundle } from "./kit-bundle.ts";

export interface ServedBundle extends AsyncDisposable {
  readonly url: string;
}

const PAGE = `<!doctype html>
<meta charset="utf-8">
<title>A kit</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/page.css">
<div id="root"></div>
<script type="module" src="/page.js"></script>
`;

/** On a separate port, so that usermeta is another origin to the browser. */
export function serveBundle({ script, style }: KitBundle): ServedBundle {
  const typed = (body: string, type: string) =>
    new Response(body, { headers: { "Content-Type": `${type}; charset=utf-8` } });
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request) {
      const { pathname } = new URL(request.url);
      if (pathname === "/page.js") return typed(script, "text/javascript");
      if (pathname === "/page.css") return typed(style, "text/css");
      return typed(PAGE, "text/html");
    },
  });
  return { url: server.url.href, [Symbol.asyncDispose]: () => server.stop(true) };
}
