import type { CallRow } from "./call-row.ts";

const COMPANION = { needs: "companion", begins: "with the head", body: () => "{}" } as const;

/** Those by POST and DELETE, whose bodies are not looked at. */
export const COMPANION_CALLS: readonly CallRow[] = [
  { ...COMPANION, name: "presences", method: "POST", path: "/users/{username}/presence" },
  { ...COMPANION, name: "end of subscriptions", method: "DELETE", path: "/users/{username}/presence" },
  { ...COMPANION, name: "subscription", method: "POST", path: "/users/{username}/presence/{seconds}" },
  { ...COMPANION, name: "messages", method: "POST", path: "/users/{username}/messageroaming" },
];

const READS: readonly (readonly [name: string, path: string])[] = [
  ["subscriptions", "/users/{username}/presence/sublist"],
  ["page of contacts", "/users/{username}/contacts"],
  ["contacts", "/users/{username}/contacts/users"],
  ["blocked users", "/users/{username}/blocks/users"],
  ["groups", "/users/{username}/joined_chatgroups"],
  ["groups with their roles", "/chatgroups/user/{username}"],
  ["version of the contacts", "/user/{username}/roster/metadata/version"],
  ["conversations", "/users/{username}/user_channels"],
  ["page of conversations", "/users/{username}/user_channels/page"],
  ["list of conversations", "/sdk/user/{username}/user_channels/list"],
  ["marked conversations", "/sdk/user/{username}/user_channels/mark/search"],
  ["pinned messages", "/sdk/user/{username}/user_channel/pin"],
  ["rules of silence", "/users/{username}/notification"],
  ["rule for a user", "/users/{username}/notification/user/{conversation}"],
  ["rule for a group", "/users/{username}/notification/chatgroup/{conversation}"],
];

export const COMPANION_READS: readonly CallRow[] = READS.map(([name, path]) => ({
  ...COMPANION,
  name,
  method: "GET",
  path,
  body: () => "",
}));
