import { installExample } from "../harness/installed-example.ts";

/** A page with a kit, bundled for the browser. */
export interface KitBundle {
  readonly script: string;
  readonly style: string;
}

/**
 * Bundles a page with the packages in an example's lock file. The page must not see packages of the checkout, which may
 * have another React.
 *
 * @param example its folder in `examples/`
 * @param page the path of the page's script
 */
export async function bundleKitPage(example: string, page: string): Promise<KitBundle> {
  const installed = await installExample(example);
  if (installed.missing !== undefined) throw new Error(`examples/${example}: ${installed.missing}`);
  const { packages } = installed;
  const { outputs } = await Bun.build({
    entrypoints: [page],
    target: "browser",
    define: { "process.env.NODE_ENV": '"production"' },
    plugins: [
      {
        name: "packages of the example",
        setup: (build) => {
          build.onResolve({ filter: /^[^./]/ }, ({ path, importer, kind }) =>
            kind === "entry-point-build" || importer.startsWith(packages)
              ? undefined
              : { path: Bun.resolveSync(path, packages) },
          );
        },
      },
    ],
  });
  const text = async (ending: string): Promise<string> =>
    (await outputs.find(({ path }) => path.endsWith(ending))?.text()) ?? "";
  return { script: await text(".js"), style: await text(".css") };
}
