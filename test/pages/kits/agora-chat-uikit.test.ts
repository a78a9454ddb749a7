import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { eventually } from "../../harness/eventually.ts";
import { isLeftOut } from "../../harness/missing-part.ts";
import {
  AGORA_CHAT_UIKIT,
  AGORA_PAGE,
  asAda,
  CHAT_HEADER,
  CONTACT_CARD,
  CONTACT_LIST,
  CONVERSATION_LIST,
  expectContacts,
  expectIn,
  OWN_PROFILE,
  SHOWN_WITHIN_MS,
  startWithAda,
  USER_PROFILE,
} from "../../kits/agora-chat-uikit.ts";
import { contactNames, pictureWidths } from "../../kits/contact-list.ts";
import { failedReload } from "../../kits/failed-reload.ts";
import { kitMissing, prepareKit } from "../../kits/open-kit.ts";
import { makeContacts, nicknameOf, PICTURE, PICTURE_WIDTH } from "../../kits/people.ts";

const missing = await kitMissing(AGORA_CHAT_UIKIT);
const LEFT_OUT = isLeftOut(missing === undefined, `agora-chat-uikit in a browser: ${missing}`);
setDefaultTimeout(120_000);

describe.skipIf(LEFT_OUT)("agora-chat-uikit", () => {
  const open = prepareKit(AGORA_CHAT_UIKIT, AGORA_PAGE);

  test("a contact's name and avatar are in every list and on every card", async () => {
    await using server = await startWithAda();
    const contacts = await makeContacts(server.admin, 1);
    await using kit = await open(server, await asAda(server, contacts));
    const { page } = kit;
    await expectContacts(page, contacts.map(nicknameOf));
    await page.locator(CONTACT_LIST).getByText("Contact 001").click();
    await page.locator(CONVERSATION_LIST).getByText("Contact 001").click();
    for (const part of [CONTACT_LIST, CONTACT_CARD, CONVERSATION_LIST, USER_PROFILE, CHAT_HEADER]) {
      await expectIn(page, part, "Contact 001");
      await eventually(async () => expect([part, await pictureWidths(page, part)]).toEqual([part, [PICTURE_WIDTH]]));
    }
    expect(await page.locator(CONTACT_CARD).textContent()).toContain("contact001");
    expect([...kit.outside]).toEqual([]);
  });

  test("all that it asks for beside the profiles is answered 200", async () => {
    await using server = await startWithAda();
    await using kit = await open(server, await asAda(server, await makeContacts(server.admin, 1)));
    const { page } = kit;
    const answers = new Map<string, number>();
    page.on("response", (response) => {
      const { pathname, origin } = new URL(response.url());
      const method = response.request().method();
      if (origin === server.restUrl && method !== "OPTIONS") answers.set(`${method} ${pathname}`, response.status());
    });
    await page.reload();
    await page.locator(CONVERSATION_LIST).getByText("Contact 001").click();
    const calls = [
      "POST /metadata/user/get",
      "POST /users/ada/presence",
      "POST /users/ada/presence/2592000",
      "GET /users/ada/joined_chatgroups",
      "GET /users/ada/user_channels/page",
      "GET /sdk/user/ada/user_channels/list",
      "GET /users/ada/notification",
      "POST /users/ada/messageroaming",
    ].map((call): [string, number] => [call.replace(" ", " /org/app"), 200]);
    await eventually(async () => expect([...answers].sort()).toEqual(calls.sort()), SHOWN_WITHIN_MS);
  });

  test("a contact list that nothing was put into asks the server, which knows no contacts", async () => {
    await using server = await startWithAda();
    await using kit = await open(server, await asAda(server, []));
    const answer = kit.page.waitForResponse((response) => response.url().includes("/contacts/users"));
    await kit.page.reload();
    expect((await answer).status()).toBe(200);
    await kit.page.locator(CONTACT_LIST).waitFor();
    expect(await contactNames(kit.page)).toEqual([]);
  });

  test("what a user changes of their own profile is stored, shown, and shown again after a reload", async () => {
    await using server = await startWithAda();
    await server.admin.set("ada", { nickname: "Ada", sign: "hi" });
    await using kit = await open(server, await asAda(server, await makeContacts(server.admin, 1)));
    const { page } = kit;
    const own = page.locator(`${OWN_PROFILE} header`);
    await own.getByText("Ada").waitFor({ timeout: SHOWN_WITHIN_MS });
    await page.getByLabel("Nickname").fill("Ada Lovelace & co. 😀");
    await page.getByLabel("Avatar").fill(PICTURE);
    await page.getByRole("button", { name: "Save" }).click();
    await own.getByText("Ada Lovelace & co. 😀").waitFor();
    const stored = { nickname: "Ada Lovelace & co. 😀", avatarurl: PICTURE, sign: "hi" };
    expect((await server.admin.get("ada")).body.data).toEqual(stored);
    await page.reload();
    await own.getByText("Ada Lovelace & co. 😀").waitFor({ timeout: SHOWN_WITHIN_MS });
    await eventually(async () => expect(await pictureWidths(page, OWN_PROFILE)).toEqual([PICTURE_WIDTH]));
  });

  test("a contact without a profile, and one that is no user here, are shown by their usernames", async () => {
    await using server = await startWithAda();
    await makeContacts(server.admin, 1);
    await server.admin.register("zoe");
    await using kit = await open(server, await asAda(server, ["contact001", "gone", "zoe"]));
    await expectContacts(kit.page, ["Contact 001", "gone", "zoe"]);
  });

  test("a contact whose ext is not JSON hides no name", async () => {
    await using server = await startWithAda();
    const contacts = await makeContacts(server.admin, 3);
    await server.admin.set("contact002", { ext: "{not json" });
    await using kit = await open(server, await asAda(server, contacts));
    await expectContacts(kit.page, contacts.map(nicknameOf));
  });

  test("without the companion calls it throws the profiles away, as docs/CLIENTS.md warns", async () => {
    await using server = await startWithAda("--companion-calls off");
    const contacts = await makeContacts(server.admin, 1);
    await using kit = await open(server, await asAda(server, contacts));
    const { page } = kit;
    const answers: [string, number][] = [];
    page.on("response", (response) => {
      if (response.request().method() === "POST") answers.push([new URL(response.url()).pathname, response.status()]);
    });
    await failedReload(page);
    expect(answers).toContainEqual(["/org/app/metadata/user/get", 200]);
    expect(answers).toContainEqual(["/org/app/users/ada/presence", 404]);
    await expectContacts(page, contacts);
  });
});
