import { expect, test } from "bun:test";
import { isInstalled } from "../../../scripts/parts.ts";
import { isLeftOut } from "../../harness/missing-part.ts";
import { startTestService } from "../../harness/service.ts";
import { clientSnippet } from "./client-snippets.ts";

const leaveOut = isLeftOut(isInstalled("curl"), "curl is missing: the lines of docs/CLIENTS.md in a shell");

test.skipIf(leaveOut)("curl: the lines of docs/CLIENTS.md make a user and set and read their attributes", async () => {
  await using service = await startTestService();
  const { clientId, clientSecret } = service.credentials;
  const code = clientSnippet("curl").code;
  expect(code).toContain("https://chat.example.com/org/app");
  const shell = Bun.spawn(
    ["bash", "-euo", "pipefail", "-c", code.replace("https://chat.example.com", service.origin)],
    {
      env: { ...process.env, CLIENT_ID: clientId, CLIENT_SECRET: clientSecret },
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const [printed] = await Promise.all([shell.stdout.text(), shell.exited]);
  expect(shell.exitCode).toBe(0);

  const answers = printed
    .replaceAll("}{", "}\n{")
    .split("\n")
    .map((line) => JSON.parse(line));
  const profile = { nickname: "Ada Lovelace" };
  expect(answers).toMatchObject([
    { entities: [{ username: "ada" }] },
    { data: profile },
    { data: profile },
    { data: { ada: profile } },
  ]);
});
