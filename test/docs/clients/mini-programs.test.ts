import { describe, expect, test } from "bun:test";
import { CHANNEL_URL } from "../../sdk/message-channel.ts";
import { bundledSnippet } from "./bundled-snippet.ts";
import { clientSnippet } from "./client-snippets.ts";
import { filledIn } from "./filled-in.ts";
import { runMiniProgram } from "./mini-program.ts";
import { startSnippetApp } from "./snippet-app.ts";

/** Where the reader is told to have the file from. */
const CASES = [
  {
    name: "wechat",
    platform: "wx",
    imports: { "../lib/Easemob-chat": "easemob-websdk/miniProgram/Easemob-chat" },
    sent: { nickname: "Ada & Ü" },
  },
  { name: "uni-app", platform: "uni", imports: {}, sent: `nickname=${encodeURIComponent("Ada & Ü")}` },
] as const;

describe.each(CASES)("$name: the snippet in docs/CLIENTS.md", ({ name, platform, imports, sent }) => {
  test("logs in, stores a name and reads those of others, with the SDK's build for it", async () => {
    await using app = await startSnippetApp();
    const { token, service } = app;
    const code = filledIn(clientSnippet(name).code, { origin: service.origin, token, channel: CHANNEL_URL });
    using program = runMiniProgram(await bundledSnippet(code, { imports, format: "cjs" }), platform);

    await program.exports.signIn?.();
    await program.exports.rename?.("Ada & Ü");
    const profiles = { ada: { nickname: "Ada & Ü" }, bob: { nickname: "Robert" } };
    expect(await program.exports.profilesOf?.(["ada", "bob"])).toEqual(profiles);
    expect((await app.admin.get("ada")).body.data).toEqual(profiles.ada);
    expect(program.requests[0]).toEqual({ url: `${service.base}/metadata/user/ada`, method: "PUT", data: sent });
  });

  test("shows what is refused as it was answered, status and hint included", async () => {
    await using app = await startSnippetApp();
    const { token, service } = app;
    const code = filledIn(clientSnippet(name).code, { origin: service.origin, token, channel: CHANNEL_URL });
    using program = runMiniProgram(await bundledSnippet(code, { imports, format: "cjs" }), platform);
    await program.exports.signIn?.();

    const users = Array.from({ length: 101 }, (_, index) => `user-${index}`);
    const call = program.exports.profilesOf?.(users);
    const refused = call?.then(undefined, (error: unknown) => JSON.parse(JSON.stringify(error)));
    const data = { desc: "exceed allowed batch size 100", hint: expect.stringContaining("100 users") };
    expect(await refused).toMatchObject({ statusCode: 403, data });
  });
});
