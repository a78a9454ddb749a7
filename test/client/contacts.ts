/** The contact list of a chat app. */
import { createElement, type ReactElement, StrictMode, useState } from "react";
import type { Client } from "../../packages/client/src/index.ts";
import { useProfile } from "../../packages/client/src/react.ts";

interface ContactsProps {
  readonly client: Client;
  readonly users: readonly string[];
  /** Receives the function that shows other users. */
  readonly onShow?: (show: (users: readonly string[]) => void) => void;
}

/** The list as in an app, in strict mode. */
export function contacts(props: ContactsProps): ReactElement {
  return createElement(StrictMode, null, createElement(Contacts, props));
}

function Contacts({ client, users, onShow }: ContactsProps) {
  const [shown, setShown] = useState(users);
  onShow?.(setShown);
  return createElement(
    "ul",
    null,
    shown.map((user) => createElement(Contact, { key: user, client, user })),
  );
}

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
