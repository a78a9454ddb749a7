import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { eventually } from "../../harness/eventually.ts";
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

setDefaultTimeout(30_000);

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

  test("shows refusals as they were answered, status, hint and Retry-After included", async () => {
    await using app = await startSnippetApp();
    const { token, service } = app;
    const code = filledIn(clientSnippet(name).code, { origin: service.origin, token, channel: CHANNEL_URL });
    using program = runMiniProgram(await bundledSnippet(code, { imports, format: "cjs" }), platform);
    await program.exports.signIn?.();

    const users = Array.from({ length: 101 }, (_, index) => `user-${index}`);
    const refusal = async (names: readonly string[]): Promise<unknown> =>
      await program.exports.profilesOf?.(names).then(undefined, (error: unknown) => JSON.parse(JSON.stringify(error)));
    const data = { desc: "exceed allowed batch size 100", hint: expect.any(String) };
    expect(await refusal(users)).toMatchObject({ statusCode: 403, data });

    await service.setApp({ ratePerSecond: 1 });
    const header = { "retry-after": expect.any(String) };
    await eventually(async () => expect(await refusal(["bob"])).toMatchObject({ statusCode: 429, header }), 10_000);
  });
});
