import { describe, expect, test } from "bun:test";
import { eventually } from "../harness/eventually.ts";
import { isLeftOut } from "../harness/missing-part.ts";
import { AGORA_CHAT_UIKIT, AGORA_PAGE, CONTACT_LIST } from "./agora-chat-uikit.ts";
import { contactNames, pictureWidths } from "./contact-list.ts";
import { startKitServer } from "./kit-server.ts";
import { kitMissing, prepareKit } from "./open-kit.ts";
import { makeContacts, PICTURE_WIDTH } from "./people.ts";

const missing = await kitMissing(AGORA_CHAT_UIKIT);
const LEFT_OUT = isLeftOut(missing === undefined, `agora-chat-uikit in a browser: ${missing}`);

describe.skipIf(LEFT_OUT)("agora-chat-uikit", () => {
  const open = prepareKit(AGORA_CHAT_UIKIT, AGORA_PAGE);

  test("shows a contact's name and avatar at the first try, with default settings of kit and server", async () => {
    await using server = await startKitServer();
    const contacts = await makeContacts(server.admin, 1);
    const token = await server.admin.newUser("ada");
    await using kit = await open(server, { user: "ada", token, contacts });
    await eventually(async () => expect(await contactNames(kit.page)).toEqual(["Contact 001"]), 20_000);
    await eventually(async () => expect(await pictureWidths(kit.page, CONTACT_LIST)).toEqual([PICTURE_WIDTH]));
  });
});
