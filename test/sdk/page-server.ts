import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { SdkBuild } from "./sdk-builds.ts";

/**
 * Where the page with the SDK comes from: a port of its own, so that to the browser usermeta is another origin, and
 * what a chat app's page needs of it (preflights, readable errors) is needed here too.
 */
export interface PageServer extends AsyncDisposable {
  readonly url: string;
}

export async function servePage(build: SdkBuild): Promise<PageServer> {
  const page = pageOf(build);
  const scripts = new Map<string, Uint8Array>();
  for (const [index, { url }] of build.files.entries()) scripts.set(`/${index}.js`, await readFile(new URL(url)));

  const server = createServer((request, response) => {
    const script = scripts.get(request.url ?? "");
    if (script !== undefined) response.setHeader("Content-Type", "text/javascript; charset=utf-8").end(script);
    else if (request.url === "/") response.setHeader("Content-Type", "text/html; charset=utf-8").end(page);
    else response.writeHead(404).end();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  // as: a server that listens on TCP has no other kind of address
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function pageOf({ title, files, connect }: SdkBuild): string {
  const scripts = files.map(
    ({ afterwards }, index) => `<script src="/${index}.js"></script>\n<script>${afterwards}</script>`,
  );
  return `<!doctype html>
<meta charset="utf-8">
<title>${title}</title>
<link rel="icon" href="data:,">
${scripts.join("\n")}
<script>globalThis.connect = ${connect};</script>
`;
}
