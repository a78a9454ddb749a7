/** The page with the contact list, bundled for the browser and served by react.test.ts. */
import { createRoot, hydrateRoot } from "react-dom/client";
import { type Client, createClient } from "../../packages/client/src/index.ts";
import { contacts } from "./contacts.ts";

/** Functions that the test calls, and the parts of the browser that they need. */
const page = globalThis as unknown as {
  /** Renders the users in an empty page. */
  open(url: string, token: string, users: readonly string[]): void;
  /** Hydrates markup that a server has rendered, when the page already has all profiles. */
  takeOver(url: string, token: string, users: readonly string[], drawn: string): Promise<void>;
  client: Client;
  show: (users: readonly string[]) => void;
  readonly document: {
    createElement(name: string): Element & { innerHTML: string };
    readonly body: { replaceChildren(child: Element): void };
  };
  reportError(error: unknown): void;
};

const onShow = (show: (typeof page)["show"]): void => {
  page.show = show;
};

page.open = (url, token, users) => {
  page.client = createClient({ url, token, tries: 1 });
  const root = page.document.createElement("div");
  page.document.body.replaceChildren(root);
  createRoot(root).render(contacts({ client: page.client, users, onShow }));
};

page.takeOver = async (url, token, users, drawn) => {
  page.client = createClient({ url, token, tries: 1 });
  await page.client.getMany(users);
  const root = page.document.createElement("div");
  root.innerHTML = drawn;
  page.document.body.replaceChildren(root);
  // Called if the two renderings differ.
  hydrateRoot(root, contacts({ client: page.client, users, onShow }), { onRecoverableError: page.reportError });
};
