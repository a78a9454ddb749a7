import { describe, expect, test } from "bun:test";
import { eventually } from "../harness/eventually.ts";
import { isLeftOut } from "../harness/missing-part.ts";
import { contactNames, pictureWidths } from "./contact-list.ts";
import { EASEMOB_CHAT_UIKIT, EASEMOB_PAGE } from "./easemob-chat-uikit.ts";
import { startKitServer } from "./kit-server.ts";
import { kitMissing, prepareKit } from "./open-kit.ts";
import { makeContacts, PICTURE_WIDTH } from "./people.ts";

const missing = await kitMissing(EASEMOB_CHAT_UIKIT);
const LEFT_OUT = isLeftOut(missing === undefined, `easemob-chat-uikit in a browser: ${missing}`);

describe.skipIf(LEFT_OUT)("easemob-chat-uikit", () => {
  const open = prepareKit(EASEMOB_CHAT_UIKIT, EASEMOB_PAGE);

  test("shows a contact's name and avatar at the first try, with default settings of kit and server", async () => {
    await using server = await startKitServer();
    const contacts = await makeContacts(server.admin, 1);
    const token = await server.admin.newUser("ada");
    await using kit = await open(server, { user: "ada", token, contacts });
    await eventually(async () => expect(await contactNames(kit.page)).toEqual(["Contact 001"]), 20_000);
    await eventually(async () => expect(await pictureWidths(kit.page, ".cui-contactList")).toEqual([PICTURE_WIDTH]));
  });
});
