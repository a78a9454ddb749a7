import { describe, expect, test } from "bun:test";
import { eventually } from "../../harness/eventually.ts";
import { isLeftOut } from "../../harness/missing-part.ts";
import { contactNames, pictureWidths } from "../../kits/contact-list.ts";
import {
  addConversation,
  CARD,
  CHAT,
  CONTACT_LIST,
  CONVERSATION_LIST,
  EASEMOB_CHAT_UIKIT,
  EASEMOB_PAGE,
  OWN_PROFILE,
} from "../../kits/easemob-chat-uikit.ts";
import { failedReload } from "../../kits/failed-reload.ts";
import { startKitServer } from "../../kits/kit-server.ts";
import { kitMissing, type OpenedKit, prepareKit } from "../../kits/open-kit.ts";
import { makeContacts, PICTURE, PICTURE_WIDTH } from "../../kits/people.ts";

/** For the kit's own waits, on a machine that does much else. */
const SHOWN_WITHIN_MS = 30_000;
const COMPANION = /\/(presence|notification|messageroaming|roster)\b/;

const missing = await kitMissing(EASEMOB_CHAT_UIKIT);
const LEFT_OUT = isLeftOut(missing === undefined, `easemob-chat-uikit in a browser: ${missing}`);

async function expectNames({ page }: OpenedKit, names: readonly string[]): Promise<void> {
  await eventually(async () => expect(await contactNames(page)).toEqual(names), SHOWN_WITHIN_MS);
}

describe.skipIf(LEFT_OUT)("easemob-chat-uikit", () => {
  const open = prepareKit(EASEMOB_CHAT_UIKIT, EASEMOB_PAGE);

  test("lists contacts by name with their avatars, and by username where there is no profile", async () => {
    await using server = await startKitServer();
    const { admin } = server;
    const token = await admin.newUser("ada");
    await makeContacts(admin, 2);
    await admin.newUser("zoe");
    await using kit = await open(server, { user: "ada", token, contacts: ["contact001", "zoe", "contact002", "gone"] });
    await expectNames(kit, ["Contact 001", "Contact 002", "gone", "zoe"]);
    await eventually(async () =>
      expect(await pictureWidths(kit.page, CONTACT_LIST)).toEqual([PICTURE_WIDTH, PICTURE_WIDTH]),
    );
    // With fixed addresses the kit asks no host of the vendor for anything.
    expect([...kit.outside]).toEqual([]);
  });

  test("shows a contact's card, and a chat and a conversation under the contact's name", async () => {
    await using server = await startKitServer();
    const token = await server.admin.newUser("ada");
    const contacts = await makeContacts(server.admin, 2);
    await using kit = await open(server, { user: "ada", token, contacts });
    await expectNames(kit, ["Contact 001", "Contact 002"]);
    const { page } = kit;
    const refused: string[] = [];
    page.on("response", (response) => {
      if (response.status() !== 200 && COMPANION.test(response.url())) refused.push(response.url());
    });
    await page.locator(CONTACT_LIST).getByText("Contact 001").click();
    const card = page.locator(CARD);
    await card.getByText("Contact 001").waitFor();
    await card.getByText("contact001").waitFor();
    expect(await pictureWidths(page, CARD)).toEqual([PICTURE_WIDTH]);

    await card.getByText("Send Messages").click();
    await page.locator(CHAT).getByText("Contact 001").waitFor();
    await addConversation(page, "contact002");
    await page.locator(CONVERSATION_LIST).getByText("Contact 001").waitFor();
    await page.locator(CONVERSATION_LIST).getByText("Contact 002").waitFor();
    await eventually(async () =>
      expect(await pictureWidths(page, CONVERSATION_LIST)).toEqual([PICTURE_WIDTH, PICTURE_WIDTH]),
    );
    await eventually(async () =>
      expect(kit.sent().map(({ url }) => url.pathname.replace("/org/app/users/ada/", ""))).toEqual(
        expect.arrayContaining(["presence", "presence/2592000", "notification", "messageroaming"]),
      ),
    );
    expect(refused).toEqual([]);
  });

  test("stores a change of one's own profile, and shows it after a reload", async () => {
    await using server = await startKitServer();
    const { admin } = server;
    const token = await admin.newUser("ada");
    await admin.set("ada", { nickname: "Ada", sign: "stays" });
    await using kit = await open(server, { user: "ada", token, contacts: [] });
    const { page } = kit;
    const own = page.locator(OWN_PROFILE);
    await own.getByText("Ada", { exact: true }).click();
    await own.getByLabel("Name").fill("Ada Lovelace & 爱达");
    await own.getByLabel("Address of the avatar").fill(PICTURE);
    await own.getByRole("button", { name: "Save" }).click();
    await own.locator("strong", { hasText: "Ada Lovelace & 爱达" }).waitFor();
    const stored = { nickname: "Ada Lovelace & 爱达", avatarurl: PICTURE, sign: "stays" };
    expect((await admin.get("ada")).body.data).toEqual(stored);

    await page.reload();
    await own.locator("strong", { hasText: "Ada Lovelace & 爱达" }).waitFor();
    await eventually(async () => expect(await pictureWidths(page, OWN_PROFILE)).toEqual([PICTURE_WIDTH]));

    await own.locator("summary").click();
    await own.getByLabel("Name").fill("");
    await own.getByRole("button", { name: "Save" }).click();
    await own.locator("strong", { hasText: /^ada$/ }).waitFor();
    expect((await admin.get("ada")).body.data).toEqual({ avatarurl: PICTURE, sign: "stays" });
  });

  test("an ext that is not JSON hides the names of all that are loaded with it", async () => {
    await using server = await startKitServer();
    const { admin } = server;
    const token = await admin.newUser("ada");
    const contacts = await makeContacts(admin, 2);
    await admin.set("contact002", { ext: '{"theme":"dark"}' });
    await using first = await open(server, { user: "ada", token, contacts });
    await expectNames(first, ["Contact 001", "Contact 002"]);

    await admin.set("contact002", { ext: "not JSON" });
    await using second = await open(server, { user: "ada", token, contacts });
    await failedReload(second.page);
    await expectNames(second, ["contact001", "contact002"]);
  });

  test("an app that checks ext keeps the names", async () => {
    await using server = await startKitServer("--check-ext on");
    const { admin } = server;
    const token = await admin.newUser("ada");
    const contacts = await makeContacts(admin, 2);
    expect((await admin.set("contact002", { ext: "not JSON" })).status).toBe(400);
    await using kit = await open(server, { user: "ada", token, contacts });
    await expectNames(kit, ["Contact 001", "Contact 002"]);
  });

  test("shows usernames where the calls beside profiles are switched off", async () => {
    await using server = await startKitServer("--companion-calls off");
    const token = await server.admin.newUser("ada");
    const contacts = await makeContacts(server.admin, 1);
    await using kit = await open(server, { user: "ada", token, contacts });
    await failedReload(kit.page);
    await expectNames(kit, ["contact001"]);
  });
});
