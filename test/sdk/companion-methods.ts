import { expect } from "bun:test";

/** A method of the SDKs that asks for something beside profiles, and what it makes of the answer. */
export interface CompanionMethod {
  readonly method: string;
  readonly args?: readonly unknown[];
  /** Method and path, below the app's prefix, of the only request; the user is `ada`. */
  readonly sends: string;
  readonly resolved: unknown;
}

const NUMBERED = { pageNum: 1, pageSize: 20 };
const PAGE = { pageSize: 10, cursor: "" };
const BOB = [{ usernames: ["bob"] }];
const WITH_BOB = { conversationId: "bob", type: "singleChat" };
const IN_GROUP = { conversationId: "1", type: "groupChat" };

/** Most methods hand on the whole answer, with `type: 0`. */
const answerWith = (members: Readonly<Record<string, unknown>>): unknown =>
  expect.objectContaining({ type: 0, application: expect.any(String), timestamp: expect.any(Number), ...members });
const LIST = answerWith({ data: [] });
const NO_STATUSES = answerWith({ data: { result: [] } });
const NO_SUBSCRIPTIONS = answerWith({ data: { result: { totalnum: 0, sublist: [] } } });
const NO_CHANNELS = answerWith({ data: { channel_infos: [], cursor: "" } });
const NO_CONVERSATIONS = { type: 0, data: { conversations: [], cursor: "" } };
const NO_RULE = answerWith({ data: { user: {}, group: {} } });

export const METHODS: readonly CompanionMethod[] = [
  { method: "getPresenceStatus", args: BOB, sends: "POST /users/ada/presence", resolved: NO_STATUSES },
  {
    method: "subscribePresence",
    args: [{ usernames: ["bob"], expiry: 60 }],
    sends: "POST /users/ada/presence/60",
    resolved: NO_STATUSES,
  },
  { method: "unsubscribePresence", args: BOB, sends: "DELETE /users/ada/presence", resolved: undefined },
  ...["getSubscribedPresencelist", "getSubscribedPresenceList"].map((method) => ({
    method,
    args: [NUMBERED],
    sends: "GET /users/ada/presence/sublist",
    resolved: NO_SUBSCRIPTIONS,
  })),
  ...["getContacts", "getRoster"].map((method) => ({
    method,
    sends: "GET /users/ada/contacts/users",
    resolved: LIST,
  })),
  { method: "getAllContacts", sends: "GET /users/ada/contacts/users", resolved: { type: 0, data: [] } },
  {
    method: "getContactsWithCursor",
    args: [PAGE],
    sends: "GET /users/ada/contacts",
    resolved: { type: 0, data: { contacts: [], cursor: "" } },
  },
  ...["getBlocklist", "getBlacklist"].map((method) => ({
    method,
    sends: "GET /users/ada/blocks/users",
    resolved: LIST,
  })),
  { method: "getGroup", sends: "GET /users/ada/joined_chatgroups", resolved: LIST },
  { method: "getJoinedGroups", args: [NUMBERED], sends: "GET /users/ada/joined_chatgroups", resolved: LIST },
  {
    method: "getJoinedGroups",
    args: [{ ...NUMBERED, needRole: true }],
    sends: "GET /chatgroups/user/ada",
    resolved: LIST,
  },
  ...["getSessionList", "getConversationlist"].map((method) => ({
    method,
    sends: "GET /users/ada/user_channels",
    resolved: NO_CHANNELS,
  })),
  {
    method: "getConversationlist",
    args: [NUMBERED],
    sends: "GET /users/ada/user_channels/page",
    resolved: NO_CHANNELS,
  },
  ...["getServerConversations", "getServerPinnedConversations"].map((method) => ({
    method,
    args: [PAGE],
    sends: "GET /sdk/user/ada/user_channels/list",
    resolved: NO_CONVERSATIONS,
  })),
  {
    method: "getServerConversationsByFilter",
    args: [{ ...PAGE, filter: { mark: 0 } }],
    sends: "GET /sdk/user/ada/user_channels/mark/search",
    resolved: NO_CONVERSATIONS,
  },
  {
    method: "getServerPinnedMessages",
    args: [{ ...PAGE, conversationId: "bob", conversationType: "singleChat" }],
    sends: "GET /sdk/user/ada/user_channel/pin",
    resolved: { type: 0, data: { list: [], cursor: "" } },
  },
  {
    method: "getHistoryMessages",
    args: [{ targetId: "bob", chatType: "singleChat" }],
    sends: "POST /users/ada/messageroaming",
    resolved: { messages: [], cursor: "", isLast: true },
  },
  {
    method: "fetchHistoryMessages",
    args: [{ queue: "bob", count: 20 }],
    sends: "POST /users/ada/messageroaming",
    resolved: [],
  },
  { method: "getSilentModeForAll", sends: "GET /users/ada/notification/user/ada", resolved: NO_RULE },
  {
    method: "getSilentModeForConversation",
    args: [WITH_BOB],
    sends: "GET /users/ada/notification/user/bob",
    resolved: NO_RULE,
  },
  {
    method: "getSilentModeForConversation",
    args: [IN_GROUP],
    sends: "GET /users/ada/notification/chatgroup/1",
    resolved: NO_RULE,
  },
  {
    method: "getSilentModeForConversations",
    args: [
      {
        conversationList: [
          { id: "bob", type: "singleChat" },
          { id: "1", type: "groupChat" },
        ],
      },
    ],
    sends: "GET /users/ada/notification",
    resolved: answerWith({ data: { user: {}, group: {} } }),
  },
];
