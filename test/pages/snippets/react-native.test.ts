import { expect, test } from "bun:test";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clientSnippet } from "../../docs/clients/client-snippets.ts";
import { ROOT } from "../../docs/markdown.ts";
import { isLeftOut } from "../../harness/missing-part.ts";

/** Alone, without React Native, which its types name once: what is checked is the calls of this package. */
const PACKAGE = "react-native-agora-chat@1.3.5";
const INTEGRITY = "sha512-nVCwGyazTp+Ua6XzP5tqk3MAwFfnY3cmTHiCjO+wpuu/Nf/dOFFMIP0fL7AJ9XrYfa+6He6pJm7o7asfvkqGdQ==";
const REACT_NATIVE = 'declare module "react-native" { export class NativeEventEmitter {} }\n';

const FLAGS = ["--noEmit", "--strict", "--skipLibCheck", "--target", "es2022", "--module", "esnext"];
const RESOLUTION = ["--moduleResolution", "bundler", "--types", "", "--lib", "es2022"];

test("react-native: the snippet of docs/CLIENTS.md has the package's types, and one with a wrong option has not", async () => {
  const folder = await mkdtemp(join(tmpdir(), "usermeta-react-native-"));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(folder, { recursive: true }));
  const missing = await install(folder);
  if (isLeftOut(missing === undefined, `${PACKAGE}, which the snippet for React Native is compiled with: ${missing}`))
    return;

  const { code } = clientSnippet("react-native");
  expect(await mistakesOf(folder, code)).toBe("");
  expect(await mistakesOf(folder, code.replace("restServer:", "restServers:"))).toContain(
    "'restServers' does not exist",
  );
}, 120_000);

/** What is missing for it; undefined: nothing. */
async function install(folder: string): Promise<string | undefined> {
  const pack = Bun.spawn(["npm", "pack", PACKAGE, "--json"], { cwd: folder, stdout: "pipe", stderr: "pipe" });
  const [printed, errors] = await Promise.all([pack.stdout.text(), pack.stderr.text(), pack.exited]);
  if (pack.exitCode !== 0) return errors.trim().split("\n")[0] ?? "npm failed";
  const [{ filename, integrity }] = JSON.parse(printed);
  expect(integrity).toBe(INTEGRITY);
  const place = join(folder, "node_modules", "react-native-agora-chat");
  await mkdir(place, { recursive: true });
  const tar = Bun.spawn(["tar", "-xzf", join(folder, filename), "-C", place, "--strip-components=1"]);
  expect(await tar.exited).toBe(0);
  await writeFile(join(folder, "react-native.d.ts"), REACT_NATIVE);
  return undefined;
}

/** What the compiler has to say. */
async function mistakesOf(folder: string, code: string): Promise<string> {
  await writeFile(join(folder, "snippet.ts"), code);
  const files = ["snippet.ts", "react-native.d.ts"];
  const tsc = Bun.spawn([join(ROOT, "node_modules/.bin/tsc"), ...FLAGS, ...RESOLUTION, ...files], {
    cwd: folder,
    stdout: "pipe",
  });
  const [printed] = await Promise.all([tsc.stdout.text(), tsc.exited]);
  return printed;
}
