/**
 * The calls that the vendors' clients make around profiles. They are answered as by a server that has no messages and
 * no contacts. They are separate from this server's own calls, and an app can switch all of them off
 * (`companionCalls`). They must not read or store anything: a call that would have to, such as publishing a presence,
 * is not listed.
 */
import type { Method, Route } from "../call.ts";
import { answerCompanion } from "./answer-companion.ts";

/** The constant members of these answers, beside the envelope. */
export const COMPANION_ANSWERS = {
  NoStatuses: { result: [] },
  NoSubscriptions: { result: { totalnum: 0, sublist: [] } },
  /** Some clients read `entities`, others `data`. Both iterate without checking that the member exists. */
  NoEntities: { entities: [], data: [] },
  NoContacts: { data: { contacts: [], cursor: "" } },
  NoConversations: { data: { channel_infos: [], cursor: "" } },
  NoPinnedMessages: { data: { msg_infos: [], cursor: "" } },
  NoMessages: { data: { msgs: [], is_last: true, next_key: "" } },
  /** Also the answer about one conversation: clients look for a `type` beside these members and find no rule. */
  NoRules: { data: { user: {}, group: {} } },
  RosterVersion: { data: { version: "0", requiresSync: false } },
} as const;

export interface CompanionCall {
  readonly method: Method;
  readonly path: string;
  /** Purpose of the client's call. */
  readonly wants: string;
  readonly answer: keyof typeof COMPANION_ANSWERS;
}

/** `{username}` is always the caller's own name; `{conversation}` is the name of any user or group. */
export const COMPANION_CALLS: readonly CompanionCall[] = [
  {
    method: "POST",
    path: "/users/{username}/presence",
    wants: "the presence of the users named in the body",
    answer: "NoStatuses",
  },
  {
    method: "DELETE",
    path: "/users/{username}/presence",
    wants: "to end the presence subscription",
    answer: "NoStatuses",
  },
  {
    method: "POST",
    path: "/users/{username}/presence/{seconds}",
    wants: "to subscribe to their presence",
    answer: "NoStatuses",
  },
  {
    method: "GET",
    path: "/users/{username}/presence/sublist",
    wants: "the presence subscriptions",
    answer: "NoSubscriptions",
  },

  { method: "GET", path: "/users/{username}/contacts", wants: "a page of contacts", answer: "NoContacts" },
  { method: "GET", path: "/users/{username}/contacts/users", wants: "all contacts", answer: "NoEntities" },
  { method: "GET", path: "/users/{username}/blocks/users", wants: "blocked users", answer: "NoEntities" },
  { method: "GET", path: "/users/{username}/joined_chatgroups", wants: "groups", answer: "NoEntities" },
  { method: "GET", path: "/chatgroups/user/{username}", wants: "groups", answer: "NoEntities" },
  {
    method: "GET",
    path: "/user/{username}/roster/metadata/version",
    wants: "whether contacts have changed",
    answer: "RosterVersion",
  },

  { method: "GET", path: "/users/{username}/user_channels", wants: "conversations", answer: "NoConversations" },
  { method: "GET", path: "/users/{username}/user_channels/page", wants: "conversations", answer: "NoConversations" },
  { method: "GET", path: "/sdk/user/{username}/user_channels/list", wants: "conversations", answer: "NoConversations" },
  {
    method: "GET",
    path: "/sdk/user/{username}/user_channels/mark/search",
    wants: "marked conversations",
    answer: "NoConversations",
  },
  {
    method: "GET",
    path: "/sdk/user/{username}/user_channel/pin",
    wants: "pinned messages of a conversation",
    answer: "NoPinnedMessages",
  },
  {
    method: "POST",
    path: "/users/{username}/messageroaming",
    wants: "messages of a conversation",
    answer: "NoMessages",
  },

  { method: "GET", path: "/users/{username}/notification", wants: "which conversations are muted", answer: "NoRules" },
  {
    method: "GET",
    path: "/users/{username}/notification/user/{conversation}",
    wants: "whether a conversation is muted",
    answer: "NoRules",
  },
  {
    method: "GET",
    path: "/users/{username}/notification/chatgroup/{conversation}",
    wants: "whether a group is muted",
    answer: "NoRules",
  },
];

export function companionRoutes(): readonly Route[] {
  return COMPANION_CALLS.map(({ method, path, answer }) => ({
    method,
    path,
    bearer: "needed",
    bucket: "companion",
    family: "account",
    operation: "companion",
    isCompanion: true,
    handler: answerCompanion(COMPANION_ANSWERS[answer]),
  }));
}
