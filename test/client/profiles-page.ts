/** The page that shows contacts, for the browser: bundled and served by react.test.ts. */
import { createRoot, hydrateRoot } from "react-dom/client";
import { type Client, createClient } from "../../packages/client/src/index.ts";
import { contacts } from "./contacts.ts";

/** What the test calls, and what of a browser is needed for it. */
const page = globalThis as unknown as {
  /** Shows the users in an empty page. */
  open(url: string, token: string, users: readonly string[]): void;
  /** The same where a server has drawn them already, when the page knows all about them. */
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
  // Told when the two have drawn different things.
  hydrateRoot(root, contacts({ client: page.client, users, onShow }), { onRecoverableError: page.reportError });
};
