/** Preloaded into a server: the program is loaded only when the file that HOLD_LOADING names is there. */
import { existsSync } from "node:fs";
import { plugin } from "bun";

const LOOK_MS = 10;

plugin({
  name: "hold loading",
  setup(build) {
    build.onLoad({ filter: /src\/cli\/terminal\/run\.ts$/ }, async ({ path }) => {
      process.stderr.write(`${JSON.stringify({ event: "loading" })}\n`);
      while (!existsSync(process.env.HOLD_LOADING ?? "")) await Bun.sleep(LOOK_MS);
      return { contents: await Bun.file(path).text(), loader: "ts" };
    });
  },
});
