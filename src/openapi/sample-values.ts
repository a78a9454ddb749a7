/** Values for the examples: the app that the first start creates, and one of its users. */
import type { StoredVersion } from "../core/ports/attribute-store.ts";
import { etagOf } from "../http/requests/preconditions.ts";

export const APP_ID = "8be024f0-e978-4c9e-9b2b-6b9b3c8d2b6a";
export const USER_ID = "0193a3b0-7c1e-7d5a-a7b3-5d0f6c9e2a41";
/** Milliseconds since 1970. */
export const MODIFIED = 1_795_398_203_826;
export const ANSWERED = MODIFIED + 1;

export const VERSION: StoredVersion = { userId: USER_ID, bytes: 50, version: 7, modified: MODIFIED };
export const ETAG = etagOf(VERSION);

/** The cursor of a page after the user `ada`. */
export const CURSOR = "MTc5NTM5ODIwMzgyNiBhZGE";

export const ATTRIBUTES = { avatarurl: "https://example.com/ada.png", nickname: "Ada" };

export const ADA = {
  uuid: USER_ID,
  type: "user",
  created: MODIFIED,
  modified: MODIFIED,
  username: "ada",
  activated: true,
};

/** An answer with its timestamp and duration. */
export function timedExample(members: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return { timestamp: ANSWERED, ...members, duration: 1 };
}

/** @param path below the app */
export function envelopeExample(
  action: "post" | "get" | "delete",
  path: string,
  content: Readonly<Record<string, unknown>>,
  more: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  return timedExample({
    action,
    application: APP_ID,
    path,
    uri: `http://localhost:8080/chat-demo/testapp${path}`,
    ...content,
    organization: "chat-demo",
    applicationName: "testapp",
    ...more,
  });
}
