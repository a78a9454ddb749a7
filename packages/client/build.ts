/** Makes `dist`: each entry as one minified module, and its types. */
import { rmSync } from "node:fs";
import { join } from "node:path";

const HERE = import.meta.dir;
const OUT = process.argv[2] ?? join(HERE, "dist");

rmSync(OUT, { recursive: true, force: true });
const { outputs } = await Bun.build({
  entrypoints: [join(HERE, "src/index.ts"), join(HERE, "src/react.ts")],
  outdir: OUT,
  target: "browser",
  format: "esm",
  minify: true,
  external: ["react"],
});
const tsc = Bun.spawnSync(["tsc", "-p", HERE, "--outDir", OUT], { stdio: ["ignore", "inherit", "inherit"] });
if (!tsc.success) process.exit(1);
for (const output of outputs) {
  const bytes = Bun.gzipSync(await output.arrayBuffer()).length;
  console.log(`${output.path.slice(OUT.length + 1)}: ${bytes} bytes compressed`);
}
