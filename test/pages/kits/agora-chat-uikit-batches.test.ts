import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { isLeftOut } from "../../harness/missing-part.ts";
import { AGORA_CHAT_UIKIT, AGORA_PAGE, asAda, expectContacts, startWithAda } from "../../kits/agora-chat-uikit.ts";
import { failedReload } from "../../kits/failed-reload.ts";
import { kitMissing, prepareKit } from "../../kits/open-kit.ts";
import { makeContacts, nicknameOf } from "../../kits/people.ts";

const missing = await kitMissing(AGORA_CHAT_UIKIT);
const LEFT_OUT = isLeftOut(missing === undefined, `101 contacts in agora-chat-uikit: ${missing}`);
setDefaultTimeout(120_000);

describe.skipIf(LEFT_OUT)("agora-chat-uikit with 101 contacts", () => {
  const open = prepareKit(AGORA_CHAT_UIKIT, AGORA_PAGE);

  test("a list has all names where the app's batches may be as large", async () => {
    await using server = await startWithAda("--batch-max 200");
    const contacts = await makeContacts(server.admin, 101);
    await using kit = await open(server, await asAda(server, contacts));
    await expectContacts(kit.page, contacts.map(nicknameOf));
  });

  test("a list has no names with the default, and the 403's hint says what raises it", async () => {
    await using server = await startWithAda();
    const contacts = await makeContacts(server.admin, 101);
    await using kit = await open(server, await asAda(server, contacts));
    const refusal = kit.page.waitForResponse((response) => response.status() === 403);
    await failedReload(kit.page);
    // The first has a conversation, and the last a card: the kit reads each of these in a call of its own.
    const alone = [contacts.at(0), contacts.at(-1)];
    await expectContacts(
      kit.page,
      contacts.map((contact) => (alone.includes(contact) ? nicknameOf(contact) : contact)),
    );
    const body = await (await refusal).json();
    expect(body).toMatchObject({ desc: "exceed allowed batch size 100", hint: expect.stringContaining("--batch-max") });
  });
});
