/**
 * The calls that the vendors' clients make around profiles, answered as a server without messages and contacts answers
 * them: there are none. They are apart from our own calls, and an app can switch them all off (`companionCalls`). Nothing
 * is read or stored for them. A call that would have to keep something, such as publishing a presence, is not among them.
 */
import type { Method, Route } from "../call.ts";
import { answerCompanion } from "./answer-companion.ts";

const NO_STATUSES = { result: [] };
const NO_SUBSCRIPTIONS = { result: { totalnum: 0, sublist: [] } };
/** Some clients read `entities`, others `data`, and both walk over it without looking. */
const NO_ENTITIES = { entities: [], data: [] };
const NO_CONTACTS = { data: { contacts: [], cursor: "" } };
const NO_CONVERSATIONS = { data: { channel_infos: [], cursor: "" } };
const NO_PINNED_MESSAGES = { data: { msg_infos: [], cursor: "" } };
const NO_MESSAGES = { data: { msgs: [], is_last: true, next_key: "" } };
/** Also of one conversation, where clients look for a `type` beside these and find no rule. */
const NO_RULES = { data: { user: {}, group: {} } };
const ROSTER_VERSION = { data: { version: "0", requiresSync: false } };

/** `{username}` is always the caller's own name; a `{conversation}` is any user's or group's. */
export function companionRoutes(): readonly Route[] {
  return [
    companion("POST", "/users/{username}/presence", NO_STATUSES),
    companion("DELETE", "/users/{username}/presence", NO_STATUSES),
    companion("POST", "/users/{username}/presence/{seconds}", NO_STATUSES),
    companion("GET", "/users/{username}/presence/sublist", NO_SUBSCRIPTIONS),

    companion("GET", "/users/{username}/contacts", NO_CONTACTS),
    companion("GET", "/users/{username}/contacts/users", NO_ENTITIES),
    companion("GET", "/users/{username}/blocks/users", NO_ENTITIES),
    companion("GET", "/users/{username}/joined_chatgroups", NO_ENTITIES),
    companion("GET", "/chatgroups/user/{username}", NO_ENTITIES),
    companion("GET", "/user/{username}/roster/metadata/version", ROSTER_VERSION),

    companion("GET", "/users/{username}/user_channels", NO_CONVERSATIONS),
    companion("GET", "/users/{username}/user_channels/page", NO_CONVERSATIONS),
    companion("GET", "/sdk/user/{username}/user_channels/list", NO_CONVERSATIONS),
    companion("GET", "/sdk/user/{username}/user_channels/mark/search", NO_CONVERSATIONS),
    companion("GET", "/sdk/user/{username}/user_channel/pin", NO_PINNED_MESSAGES),
    companion("POST", "/users/{username}/messageroaming", NO_MESSAGES),

    companion("GET", "/users/{username}/notification", NO_RULES),
    companion("GET", "/users/{username}/notification/user/{conversation}", NO_RULES),
    companion("GET", "/users/{username}/notification/chatgroup/{conversation}", NO_RULES),
  ];
}

function companion(method: Method, path: string, content: Readonly<Record<string, unknown>>): Route {
  return {
    method,
    path,
    bearer: "needed",
    bucket: "companion",
    family: "account",
    operation: "companion",
    isCompanion: true,
    handler: answerCompanion(content),
  };
}
