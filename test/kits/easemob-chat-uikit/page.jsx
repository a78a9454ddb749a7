/** The example's lists and forms, with a session that the test gives in `globalThis.SETTINGS`. */
import { rootStore } from "easemob-chat-uikit";
import { createRoot } from "react-dom/client";
import { Messenger } from "../../../examples/easemob-chat-uikit/src/messenger.tsx";

// The documented way to its stores, for the tests.
globalThis.rootStore = rootStore;
const { appKey, restUrl, msyncUrl, user, token, contacts } = globalThis.SETTINGS;

createRoot(document.getElementById("root")).render(
  <Messenger kit={{ appKey, restUrl, msyncUrl }} session={{ user, token }} contacts={contacts} />,
);
