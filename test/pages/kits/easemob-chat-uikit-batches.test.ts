import { describe, expect, test } from "bun:test";
import { eventually } from "../../harness/eventually.ts";
import { isLeftOut } from "../../harness/missing-part.ts";
import { contactNames } from "../../kits/contact-list.ts";
import { EASEMOB_CHAT_UIKIT, EASEMOB_PAGE } from "../../kits/easemob-chat-uikit.ts";
import { failedReload } from "../../kits/failed-reload.ts";
import { startKitServer } from "../../kits/kit-server.ts";
import { kitMissing, prepareKit } from "../../kits/open-kit.ts";
import { makeContacts, nicknameOf } from "../../kits/people.ts";

const SHOWN_WITHIN_MS = 30_000;
/** One more than the default limit of a batch. The kit asks for all of them in one call. */
const COUNT = 101;

const missing = await kitMissing(EASEMOB_CHAT_UIKIT);
const LEFT_OUT = isLeftOut(missing === undefined, `101 contacts in easemob-chat-uikit: ${missing}`);

describe.skipIf(LEFT_OUT)("easemob-chat-uikit with 101 contacts", () => {
  const open = prepareKit(EASEMOB_CHAT_UIKIT, EASEMOB_PAGE);

  test("shows usernames by default, and the 403 says what to raise", async () => {
    await using server = await startKitServer();
    const token = await server.admin.newUser("ada");
    const contacts = await makeContacts(server.admin, COUNT);
    await using kit = await open(server, { user: "ada", token, contacts });
    const answered = kit.page.waitForResponse((response) => response.status() === 403);
    await failedReload(kit.page);
    expect(await (await answered).json()).toMatchObject({
      desc: "exceed allowed batch size 100",
      hint: expect.stringContaining("--batch-max"),
    });
    await eventually(async () => expect(await contactNames(kit.page)).toEqual(contacts), SHOWN_WITHIN_MS);
  });

  test("shows all names with --batch-max 200", async () => {
    await using server = await startKitServer("--batch-max 200");
    const token = await server.admin.newUser("ada");
    const contacts = await makeContacts(server.admin, COUNT);
    await using kit = await open(server, { user: "ada", token, contacts });
    const names = contacts.map(nicknameOf);
    await eventually(async () => expect(await contactNames(kit.page)).toEqual(names), SHOWN_WITHIN_MS);
  });
});
