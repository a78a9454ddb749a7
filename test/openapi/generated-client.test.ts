import { afterAll, expect, test } from "bun:test";
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../docs/markdown.ts";
import { signIn } from "../harness/client.ts";
import { startTestService } from "../harness/service.ts";

const AUTHORS = join(import.meta.dir, "generated-client");
const TIMEOUT_MS = 120_000;

const folder = mkdtempSync(join(tmpdir(), "usermeta-generated-client-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** npm installs it beside the package that needs it, or above. */
function packageOf(name: string): string {
  const places = [join(AUTHORS, "node_modules", name), join(ROOT, "node_modules", name)];
  const place = places.find(existsSync);
  if (place === undefined) throw new Error(`${name} is not installed: npm ci`);
  return place;
}

async function run(command: readonly string[]): Promise<string> {
  const ran = Bun.spawn([process.execPath, ...command], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  const [told, complained] = await Promise.all([ran.stdout.text(), ran.stderr.text(), ran.exited]);
  if (ran.exitCode !== 0) throw new Error(`${command.join(" ")}:\n${told}${complained}`);
  return told;
}

test(
  "a TypeScript client generated from the document type-checks, and makes the five calls",
  async () => {
    await using service = await startTestService();
    const admin = await signIn(service);
    await admin.newUser("ada");
    await Bun.write(join(folder, "openapi.json"), await fetch(`${service.origin}/-/openapi.json`));
    await Bun.write(join(folder, "package.json"), '{"type":"module"}');
    await run([join(packageOf("openapi-typescript"), "bin/cli.js"), "openapi.json", "-o", "schema.ts"]);
    cpSync(join(AUTHORS, "five-calls.ts"), join(folder, "five-calls.ts"));
    const modules = join(folder, "node_modules");
    for (const name of ["openapi-fetch", "openapi-typescript-helpers", "@types/node", "undici-types"]) {
      cpSync(packageOf(name), join(modules, name), { recursive: true });
    }
    const flags = [
      "--noEmit",
      "--strict",
      "--noUncheckedIndexedAccess",
      "--skipLibCheck",
      "--allowImportingTsExtensions",
    ];
    const targets = [
      "--target",
      "es2022",
      "--module",
      "preserve",
      "--lib",
      "es2023,dom,dom.iterable",
      "--types",
      "node",
    ];
    // With the generator's TypeScript version and with this repository's.
    for (const tsc of [packageOf("typescript"), join(ROOT, "node_modules/typescript")]) {
      expect(await run([join(tsc, "bin/tsc"), ...flags, ...targets, "five-calls.ts"])).toBe("");
    }
    const { credentials } = service;
    const told = await run(["five-calls.ts", service.origin, credentials.clientId, credentials.clientSecret]);
    expect(JSON.parse(told)).toEqual({
      nickname: "Ada",
      get: { nickname: "Ada", sign: "hi & bye" },
      sameTime: true,
      many: { ada: { sign: "hi & bye" } },
      bytes: "nickname".length + "Ada".length + "sign".length + "hi & bye".length,
      isRemoved: true,
      error: "service_resource_not_found",
    });
  },
  TIMEOUT_MS,
);
