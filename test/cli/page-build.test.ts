import { expect, test } from "bun:test";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPageBuild } from "../../src/cli/serve/pages/page-build.ts";
import { MANIFEST } from "../../src/http/pages/page-manifest.ts";

const ROOT = join(import.meta.dir, "../..");
const VIEWER = "node_modules/@scalar/fastify-api-reference";
const TIMEOUT_MS = 60_000;

/** A separate checkout, whose sources may be changed. */
class Checkout implements Disposable {
  readonly root = mkdtempSync(join(tmpdir(), "usermeta-checkout-"));
  /** The messages for the operator. */
  readonly told: unknown[] = [];
  readonly events = {
    pagesBuilt: ({ ms }: { ms: number }) => void this.told.push(ms > 0 ? "built" : ms),
    pagesMissing: () => void this.told.push("missing"),
    pagesFailed: ({ reason }: { reason: string }) => void this.told.push(reason),
  };

  constructor() {
    for (const folder of ["pages", "scripts", "src"]) {
      cpSync(join(ROOT, folder), join(this.root, folder), { recursive: true });
    }
    mkdirSync(join(this.root, "node_modules/@scalar"), { recursive: true });
    symlinkSync(join(ROOT, VIEWER), join(this.root, VIEWER));
    symlinkSync(join(ROOT, "node_modules/zod"), join(this.root, "node_modules/zod"));
  }

  /** The folder of the pages that a server of this checkout would serve. */
  async start(): Promise<string | undefined> {
    using build = createPageBuild(this.events, this.root);
    build.begin();
    return await build.folder();
  }

  get builds(): readonly string[] {
    return readdirSync(join(this.root, "build/pages"));
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

test(
  "pages are built at the first start, kept at the next, and rebuilt when their sources have changed",
  async () => {
    using checkout = new Checkout();
    const first = await checkout.start();
    expect(readdirSync(first ?? "")).toContain(MANIFEST);
    expect(await checkout.start()).toBe(first as string); // as: read above
    expect(checkout.told).toEqual(["built"]);
    writeFileSync(join(checkout.root, "pages/root/root.css"), "body { color: red }");
    const second = await checkout.start();
    expect(second).not.toBe(first as string); // as: read above
    expect(checkout.told).toEqual(["built", "built"]);
    expect(checkout.builds).toHaveLength(2);
  },
  TIMEOUT_MS,
);

test(
  "servers that start at the same time build the same pages, and leave nothing half-built",
  async () => {
    using checkout = new Checkout();
    const folders = await Promise.all([checkout.start(), checkout.start(), checkout.start()]);
    expect(new Set(folders).size).toBe(1);
    expect(readdirSync(folders[0] ?? "")).toContain(MANIFEST);
    expect(checkout.builds).toHaveLength(1);
    expect(checkout.told).toEqual(["built", "built", "built"]);
  },
  TIMEOUT_MS,
);

test(
  "a failed build is reported in one line, and the pages of the last one are served",
  async () => {
    using checkout = new Checkout();
    const first = await checkout.start();
    writeFileSync(join(checkout.root, "pages/root/root.html"), '<link href="{{nothing.css}}">');
    expect(await checkout.start()).toBe(first as string); // as: the first test has read one
    expect(checkout.told).toEqual(["built", expect.stringContaining("there is no nothing.css")]);
    expect(checkout.builds).toHaveLength(1);
  },
  TIMEOUT_MS,
);

test("without the viewer nothing is built: earlier pages are served, and missing ones are reported", async () => {
  using checkout = new Checkout();
  rmSync(join(checkout.root, VIEWER));
  expect(await checkout.start()).toBeUndefined();
  expect(checkout.told).toEqual(["missing"]);
  const folder = join(checkout.root, "build/pages/earlier");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, MANIFEST), "{}");
  expect(await checkout.start()).toBe(folder);
  expect(checkout.told).toEqual(["missing"]);
});

test("outside of a checkout there is nothing to build, and no start fails because of it", async () => {
  const told: string[] = [];
  const events = {
    pagesBuilt: () => void told.push("built"),
    pagesMissing: () => void told.push("missing"),
    pagesFailed: () => void told.push("failed"),
  };
  using build = createPageBuild(events, "/$bunfs/root");
  expect(build.isPossible).toBeFalse();
  build.begin();
  expect(await build.folder()).toBeUndefined();
  expect(told).toEqual(["missing"]);
});

test(
  "a server that stops ends the running build, and does not report it",
  async () => {
    using checkout = new Checkout();
    const build = createPageBuild(checkout.events, checkout.root);
    build.begin();
    build[Symbol.dispose]();
    expect(await build.folder()).toBeUndefined();
    expect(checkout.told).toEqual([]);
  },
  TIMEOUT_MS,
);
