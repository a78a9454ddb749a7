import { join } from "node:path";
import type { BunPlugin } from "bun";
import { ROOT } from "../markdown.ts";

export interface BundleOptions {
  /** From the module that the snippet imports to the file or package that stands for it. */
  readonly imports?: Readonly<Record<string, string>>;
  readonly target?: "browser" | "node";
  /** The `node_modules` of an app with packages that this checkout lacks. */
  readonly packages?: string;
  /** `cjs` for mini programs, whose scripts are modules with `exports`. */
  readonly format?: "esm" | "cjs";
}

/** A bundler's output for a snippet that was pasted into an app of this checkout's packages. */
export async function bundledSnippet(code: string, options: BundleOptions = {}): Promise<string> {
  const { imports = {}, target = "browser", format = "esm", packages = ROOT } = options;
  for (const name of Object.keys(imports)) {
    if (!code.includes(`"${name}"`)) throw new Error(`the snippet does not import ${name}`);
  }
  const entry = join(packages, packages === ROOT ? "test/docs/clients/pasted.tsx" : "../src/pasted.tsx");
  const { outputs } = await Bun.build({
    entrypoints: [entry],
    files: { [entry]: code },
    target,
    format,
    plugins: [withImports(imports)],
    define: { "process.env.NODE_ENV": '"development"' },
  });
  const [output] = outputs;
  if (output === undefined) throw new Error("the bundler made nothing of the snippet");
  return await output.text();
}

function withImports(imports: Readonly<Record<string, string>>): BunPlugin {
  return {
    name: "imports of a snippet",
    setup(build) {
      // React's hook of packages/client, built outside the checkout, has none of its own.
      for (const [name, instead] of Object.entries({ react: "react", ...imports })) {
        const filter = new RegExp(`^${RegExp.escape(name)}$`);
        build.onResolve({ filter }, () => ({ path: Bun.resolveSync(instead, ROOT) }));
      }
    },
  };
}
