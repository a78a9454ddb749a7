import { describe, expect, test } from "bun:test";
import { TcpGate } from "../../cluster/tcp-gate.ts";
import { eventually } from "../../harness/eventually.ts";
import { isLeftOut } from "../../harness/missing-part.ts";
import { contactNames } from "../../kits/contact-list.ts";
import { CARD, CONTACT_LIST, EASEMOB_CHAT_UIKIT, EASEMOB_PAGE } from "../../kits/easemob-chat-uikit.ts";
import { type KitServer, startKitServer } from "../../kits/kit-server.ts";
import { kitMissing, prepareKit, type ServerAddress } from "../../kits/open-kit.ts";
import { makeContacts } from "../../kits/people.ts";

const SLOW_MS = 2_000;
const SHOWN_WITHIN_MS = 45_000;

const missing = await kitMissing(EASEMOB_CHAT_UIKIT);
const LEFT_OUT = isLeftOut(missing === undefined, `easemob-chat-uikit on a bad network: ${missing}`);

/** The server's address behind the gate. */
function behind(gate: TcpGate, { appKey }: KitServer): ServerAddress {
  return { appKey, restUrl: `http://127.0.0.1:${gate.port}` };
}

describe.skipIf(LEFT_OUT)("easemob-chat-uikit", () => {
  const open = prepareKit(EASEMOB_CHAT_UIKIT, EASEMOB_PAGE);

  test("shows usernames while a slow server has not answered, and names in the end", async () => {
    await using server = await startKitServer();
    const token = await server.admin.newUser("ada");
    const contacts = await makeContacts(server.admin, 2);
    await using gate = await TcpGate.before(Number(new URL(server.restUrl).port));
    gate.delayMs = SLOW_MS;
    await using kit = await open(behind(gate, server), { user: "ada", token, contacts });
    await eventually(async () => expect(await contactNames(kit.page)).toEqual(contacts), SHOWN_WITHIN_MS);
    await kit.page.locator(CONTACT_LIST).getByText("contact001").click();
    await kit.page.locator(CARD).getByText("Contact 001").waitFor({ timeout: SHOWN_WITHIN_MS });
    expect(await contactNames(kit.page)).toEqual(["Contact 001", "Contact 002"]);
  });

  test("stays usable by username without a server, and shows names when it is back", async () => {
    await using server = await startKitServer();
    const token = await server.admin.newUser("ada");
    const contacts = await makeContacts(server.admin, 2);
    await using gate = await TcpGate.before(Number(new URL(server.restUrl).port));
    gate.set("refuse");
    await using kit = await open(behind(gate, server), { user: "ada", token, contacts });
    await eventually(async () => expect(await contactNames(kit.page)).toEqual(contacts), SHOWN_WITHIN_MS);
    await kit.page.locator(CONTACT_LIST).getByText("contact002").click();
    const card = kit.page.locator(CARD);
    await card.getByText("User ID:").waitFor();
    await card.getByText("Send Messages").click();
    await kit.page.locator(".cui-chat").getByText("contact002").first().waitFor();

    gate.set("open");
    await kit.page.reload();
    await eventually(
      async () => expect(await contactNames(kit.page)).toEqual(["Contact 001", "Contact 002"]),
      SHOWN_WITHIN_MS,
    );
  });
});
