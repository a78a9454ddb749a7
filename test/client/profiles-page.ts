/** A chat app's list of contacts, for the browser: bundled and served by react.test.ts. */
import { createElement, StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";
import { type Client, createClient } from "../../packages/client/src/index.ts";
import { useProfile } from "../../packages/client/src/react.ts";

function Contact({ client, user }: { readonly client: Client; readonly user: string }) {
  const { attributes, isLoading, isMissing, error } = useProfile(client, user);
  const text = isLoading
    ? "…"
    : error !== undefined && attributes === undefined
      ? "failed"
      : isMissing
        ? "gone"
        : (attributes?.nickname ?? "nameless");
  return createElement("li", { id: user }, text);
}

function Contacts({ client, users }: { readonly client: Client; readonly users: readonly string[] }) {
  const [shown, setShown] = useState(users);
  const page = globalThis as unknown as { show?: (users: readonly string[]) => void };
  page.show = setShown;
  return createElement(
    "ul",
    null,
    shown.map((user) => createElement(Contact, { key: user, client, user })),
  );
}

/** What the test calls, and what of a browser is needed for it. */
const page = globalThis as unknown as {
  open: (url: string, token: string, users: readonly string[]) => void;
  readonly document: { createElement(name: string): Element; readonly body: { replaceChildren(child: Element): void } };
};
page.open = (url, token, users) => {
  const client = createClient({ url, token, tries: 1 });
  const root = page.document.createElement("div");
  page.document.body.replaceChildren(root);
  createRoot(root).render(createElement(StrictMode, null, createElement(Contacts, { client, users })));
  Object.assign(page, { client });
};
