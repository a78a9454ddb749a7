import { afterAll, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { buildClient, ROOT } from "./built.ts";
import { connect } from "./connected.ts";

const built = buildClient();
const OUT = built.folder;
afterAll(() => built[Symbol.dispose]());

test("the client is at most 4 kB compressed and needs no package; its hook needs only react", () => {
  const index = readFileSync(join(OUT, "index.js"));
  const react = readFileSync(join(OUT, "react.js"));
  expect(gzipSync(index).length).toBeLessThanOrEqual(4096);
  expect(gzipSync(react).length).toBeLessThanOrEqual(1024);
  const importsOf = (text: string) =>
    [...text.matchAll(/(?:import|from)\s*["']([^"']+)["']|import\(/g)].map(([, from]) => from);
  expect(importsOf(index.toString())).toEqual([]);
  expect(importsOf(react.toString())).toEqual(["react"]);
});

test("the types need no other package", () => {
  const using = join(OUT, "using.ts");
  writeFileSync(
    using,
    `import { createClient, type Profile, UsermetaError } from "./index.js";
const client = createClient({ url: "https://chat.example/org/app", token: async () => "t" });
export const names: Promise<(string | undefined)[]> = client
  .getMany(["ada"])
  .then((profiles: Profile[]) => profiles.map(({ attributes }) => attributes?.nickname ?? attributes?.["own"]));
export const set = client.set("ada", { nickname: "Ada", age: 36, sign: null }).catch((error) => {
  if (error instanceof UsermetaError) return error.current?.["nickname"];
  throw error;
});
// @ts-expect-error: attributes are text
export const wrong = client.set("ada", { nickname: {} });
`,
  );
  const checked = Bun.spawnSync(
    [
      ...[join(ROOT, "node_modules/.bin/tsc"), "--noEmit", "--strict", "--exactOptionalPropertyTypes"],
      ...["--target", "es2022", "--module", "nodenext", "--lib", "es2022,dom", "--types", "", using],
    ],
    { cwd: OUT, stdio: ["ignore", "pipe", "pipe"] },
  );
  expect(checked.stdout.toString()).toBe("");
  expect(checked.exitCode).toBe(0);
});

test("Node runs it, and ends", async () => {
  await using connected = await connect();
  const { service, admin } = connected;
  await admin.newUser("ada");
  await admin.set("ada", { nickname: "Ada" });
  const script = `
    import { createClient } from ${JSON.stringify(join(OUT, "index.js"))};
    const app = { url: ${JSON.stringify(service.base)}, token: ${JSON.stringify(admin.token)} };
    const client = createClient(app);
    const [ada, nobody] = await client.getMany(["ada", "nobody"]);
    const bumped = await client.update("ada", ({ visits = "0" }) => ({ visits: Number(visits) + 1 }));
    // After the last subscriber has left, nothing keeps the process running, even if a request was in flight.
    const looking = createClient({ ...app, refreshMs: 10 });
    const end = looking.subscribe("ada", () => end());
    console.log(JSON.stringify([ada.attributes, nobody.attributes ?? null, bumped.attributes]));`;
  writeFileSync(join(OUT, "run.mjs"), script);
  const child = Bun.spawn(["node", join(OUT, "run.mjs")], { stdio: ["ignore", "pipe", "pipe"], timeout: 10_000 });
  const [out, err] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  expect([await child.exited, err]).toEqual([0, ""]);
  expect(JSON.parse(out)).toEqual([{ nickname: "Ada" }, null, { nickname: "Ada", visits: "1" }]);
});
