import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { TcpGate } from "../../cluster/tcp-gate.ts";
import { isLeftOut } from "../../harness/missing-part.ts";
import {
  AGORA_CHAT_UIKIT,
  AGORA_PAGE,
  asAda,
  CONTACT_CARD,
  CONTACT_LIST,
  expectContacts,
  expectIn,
  OWN_PROFILE,
  SHOWN_WITHIN_MS,
  startWithAda,
} from "../../kits/agora-chat-uikit.ts";
import { failedReload } from "../../kits/failed-reload.ts";
import type { KitServer } from "../../kits/kit-server.ts";
import { kitMissing, prepareKit, type ServerAddress } from "../../kits/open-kit.ts";
import { makeContacts, nicknameOf } from "../../kits/people.ts";

const missing = await kitMissing(AGORA_CHAT_UIKIT);
const LEFT_OUT = isLeftOut(missing === undefined, `agora-chat-uikit on a bad network: ${missing}`);
setDefaultTimeout(120_000);

/** In either direction. A name waits for four answers: of the profiles and of presence, and the preflight of each. */
const SLOW_MS = 1_000;

/** The server's address behind the gate. */
function behind(gate: TcpGate, { appKey }: KitServer): ServerAddress {
  return { appKey, restUrl: `http://127.0.0.1:${gate.port}` };
}

describe.skipIf(LEFT_OUT)("agora-chat-uikit", () => {
  const open = prepareKit(AGORA_CHAT_UIKIT, AGORA_PAGE);

  test("a slow server: usernames at first, names in the end, and the page works meanwhile", async () => {
    await using server = await startWithAda();
    const contacts = await makeContacts(server.admin, 3);
    await using gate = await TcpGate.before(Number(new URL(server.restUrl).port));
    gate.delayMs = SLOW_MS;
    await using kit = await open(behind(gate, server), await asAda(server, contacts));
    const { page } = kit;
    await expectContacts(page, contacts);
    await page.locator(CONTACT_LIST).getByText("contact002").click();
    await expectIn(page, CONTACT_CARD, "contact002");
    await expectContacts(page, contacts.map(nicknameOf));
    await expectIn(page, CONTACT_CARD, "Contact 002");
    await page.getByLabel("Nickname").fill("Ada");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved.").waitFor({ timeout: SHOWN_WITHIN_MS });
    expect((await server.admin.get("ada")).body.data).toEqual({ nickname: "Ada" });
  });

  test("an absent server: usernames, and the page works; names when it is back", async () => {
    await using server = await startWithAda();
    const contacts = await makeContacts(server.admin, 3);
    await using gate = await TcpGate.before(Number(new URL(server.restUrl).port));
    gate.set("refuse");
    await using kit = await open(behind(gate, server), await asAda(server, contacts));
    const { page } = kit;
    await failedReload(page);
    await expectContacts(page, contacts);
    await page.locator(CONTACT_LIST).getByText("contact001").click();
    await expectIn(page, CONTACT_CARD, "contact001");
    await page.locator(CONTACT_LIST).getByPlaceholder("Search").fill("3");
    await expectContacts(page, ["contact003"]);
    await page.locator(CONTACT_LIST).getByText("contact003").click();
    await expectIn(page, CONTACT_CARD, "contact003");
    await page.locator(`${OWN_PROFILE} header`).getByText("ada", { exact: true }).waitFor();

    gate.set("open");
    await page.reload();
    await expectContacts(page, contacts.map(nicknameOf));
  });
});
