import { expect, test } from "bun:test";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { isInstalled } from "../../scripts/parts.ts";
import { Program } from "../cli/program.ts";
import { isLeftOut } from "../harness/missing-part.ts";
import { ROOT, readDocument } from "./markdown.ts";

const TIMEOUT_MS = 30_000;
const CALLS = [...readDocument("README.md").matchAll(/^( *)```sh\n(.*?)^\1```$/gms)]
  .map(([, , lines = ""]) => lines)
  .filter((lines) => lines.includes("curl "));
const leaveOut = isLeftOut(isInstalled("curl"), "curl is missing: the lines of README.md in a shell");

test.skipIf(leaveOut)(
  "the lines of README.md work as they stand, one block after the other, beside the server that npm start starts",
  async () => {
    expect(CALLS).toHaveLength(2);
    await using program = new Program();
    await program.shows("out", /--rate-per-second 0/);
    // The folder of the server's data is a checkout's in the README.
    for (const name of ["package.json", "node_modules", "src"])
      symlinkSync(join(ROOT, name), join(program.folder, name));
    const shell = Bun.spawn(["bash", "-euo", "pipefail", "-c", CALLS.join("\n")], {
      cwd: program.folder,
      env: { PATH: process.env.PATH ?? "", HOME: program.folder },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [printed] = await Promise.all([shell.stdout.text(), shell.exited]);
    expect(shell.exitCode).toBe(0);
    const answers = printed.replaceAll("}{", "}\n{").split("\n");
    const ada = { data: { nickname: "Ada", sign: "hi" }, lastModified: expect.any(Number) };
    expect(answers.map((line) => JSON.parse(line))).toMatchObject([
      { entities: [{ username: "ada" }] },
      ada,
      ada,
      { entities: [{ username: "bob" }, { username: "cyd" }] },
      { data: { bob: { nickname: "Bob" }, cyd: { nickname: "Cyd" } } },
    ]);
  },
  TIMEOUT_MS,
);
