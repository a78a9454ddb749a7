/** docs/REACT.md shows parts of examples/profiles-react, which test/pages builds and runs in browsers. */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { isInstalled } from "../../scripts/parts.ts";
import { connect } from "../client/connected.ts";
import { isLeftOut } from "../harness/missing-part.ts";
import { ROOT, readDocument } from "./markdown.ts";

const DOCUMENT = readDocument("docs/REACT.md");
const EXAMPLE = "examples/profiles-react";
const BLOCK = /^(?:<!-- react: (?<source>\S+) -->\n\n)?```(?<language>\w+)\n(?<code>.*?)\n```$/gms;
const COMMAND_SOURCES = ["examples/README.md", "packages/client/README.md"].map(readDocument);

const blocks = [...DOCUMENT.matchAll(BLOCK)].map(({ groups }) => ({
  source: groups?.source,
  language: groups?.language ?? "",
  code: groups?.code ?? "",
}));

/** Without indentation: a part of a function stands at the margin of the document. */
function unindented(text: string): string {
  return `\n${text.replace(/^ +/gm, "")}\n`;
}

const USERS = blocks.find(({ source }) => source === "users")?.code ?? "";

describe("docs/REACT.md", () => {
  test("shows code of the example as it stands there", () => {
    const shown = blocks.filter(({ language }) => language !== "sh");
    expect(shown.length).toBeGreaterThan(6);
    for (const { source, code } of shown) {
      if (source === undefined) throw new Error(`no file is named above:\n${code}`);
      expect([source, unindented(readDocument(source))]).toEqual([source, expect.stringContaining(unindented(code))]);
    }
  });

  test("shows the commands of the other documents", () => {
    const commands = blocks.filter(({ language }) => language === "sh").map(({ code }) => `\n${code}\n`);
    const own = commands.filter((code) => !COMMAND_SOURCES.some((text) => text.includes(code)));
    expect(own).toEqual(["\nnpm run --silent usermeta -- token issue chat-demo/testapp --user ada\n"]);
  });

  const leaveOut = isLeftOut(isInstalled("curl"), "curl is missing: the lines of docs/REACT.md in a shell");

  test.skipIf(leaveOut)("has lines for a shell that create three users, one with a name", async () => {
    await using connected = await connect();
    const { service, admin, client } = connected;
    const own = "http://127.0.0.1:8080/chat-demo/testapp";
    const issue = "$(npm run --silent usermeta -- token issue chat-demo/testapp)";
    for (const part of [own, issue]) expect(USERS).toContain(part);
    const script = USERS.replace(own, service.base).replace(issue, admin.token);
    const shell = Bun.spawn(["bash", "-euo", "pipefail", "-c", script], { stdio: ["ignore", "ignore", "ignore"] });
    expect(await shell.exited).toBe(0);
    const profiles = await client.getMany(["ada", "bob", "cyd"]);
    expect(profiles.map(({ attributes }) => attributes)).toEqual([{ nickname: "Ada Lovelace" }, {}, {}]);
    const answer = await fetch(`${service.base}/token`, {
      method: "POST",
      body: JSON.stringify({ grant_type: "password", username: "cyd", password: "secret" }),
    });
    expect(answer.status).toBe(200);
  });

  test("has a function for a backend that gets the token of a user, who may then write their own profile", async () => {
    await using connected = await connect();
    const { service, other } = connected;
    const { clientId, clientSecret } = service.credentials;
    const file = JSON.stringify(join(ROOT, EXAMPLE, "backend/token-for.js"));
    const backend = (secret: string) =>
      Bun.spawn(
        [
          "node",
          "--input-type=module",
          "-e",
          `import(${file}).then(async (m) => console.log(await m.tokenFor("eve")))`,
        ],
        {
          env: {
            ...process.env,
            CHAT_BASE: service.base,
            CHAT_CLIENT_ID: clientId,
            CHAT_CLIENT_SECRET: secret,
          },
          stdio: ["ignore", "pipe", "pipe"],
        },
      );
    const token = (await backend(clientSecret).stdout.text()).trim();
    expect((await other({ token }).set("eve", { nickname: "Eve" })).attributes).toEqual({ nickname: "Eve" });
    expect(
      await other({ token })
        .setMany({ eve: { a: "b" } })
        .catch(({ status }) => status),
    ).toBe(401);
    expect(await backend("wrong").stderr.text()).toContain("POST /token: 400 ");
  });
});
