import type { Method } from "../../../src/http/call.ts";
import { companionRoutes } from "../../../src/http/companion/companion-routes.ts";

/** A companion call of the user `ada`, as clients make it. */
export interface CompanionCall {
  readonly method: Method;
  /** Below the app's prefix, with the query. */
  readonly path: string;
  readonly json?: unknown;
  /** The members that clients read beside the envelope. */
  readonly content: Readonly<Record<string, unknown>>;
}

const NOTHING = { entities: [], data: [] };
const CHANNELS = { data: { channel_infos: [], cursor: "" } };

/** Written down a second time, with the queries and bodies that clients send. */
export const COMPANION_CALLS: readonly CompanionCall[] = [
  { method: "POST", path: "/users/ada/presence", json: { usernames: ["bob", "ada"] }, content: { result: [] } },
  { method: "DELETE", path: "/users/ada/presence", json: ["bob"], content: { result: [] } },
  { method: "POST", path: "/users/ada/presence/2592000", json: { usernames: ["bob"] }, content: { result: [] } },
  {
    method: "GET",
    path: "/users/ada/presence/sublist?pageNum=1&pageSize=50",
    content: { result: { totalnum: 0, sublist: [] } },
  },
  {
    method: "GET",
    path: "/users/ada/contacts?needReturnRemark=true&limit=20&cursor=",
    content: { data: { contacts: [], cursor: "" } },
  },
  { method: "GET", path: "/users/ada/contacts/users?needReturnRemark=true", content: NOTHING },
  { method: "GET", path: "/users/ada/blocks/users", content: NOTHING },
  { method: "GET", path: "/users/ada/joined_chatgroups?pagenum=1&pagesize=200&version=v3", content: NOTHING },
  { method: "GET", path: "/chatgroups/user/ada?pagenum=0&pagesize=20&needRole=true", content: NOTHING },
  {
    method: "GET",
    path: "/user/ada/roster/metadata/version",
    content: { data: { version: "0", requiresSync: false } },
  },
  { method: "GET", path: "/users/ada/user_channels", content: CHANNELS },
  { method: "GET", path: "/users/ada/user_channels/page?pageNum=1&pageSize=20", content: CHANNELS },
  { method: "GET", path: "/sdk/user/ada/user_channels/list?limit=50&cursor=&need_mark=true", content: CHANNELS },
  { method: "GET", path: "/sdk/user/ada/user_channels/mark/search?limit=10", content: CHANNELS },
  {
    method: "GET",
    path: "/sdk/user/ada/user_channel/pin?to=bob&type=chat&limit=50&cursor=",
    content: { data: { msg_infos: [], cursor: "" } },
  },
  {
    method: "POST",
    path: "/users/ada/messageroaming",
    json: { queue: "bob@easemob.com", start: -1, end: -1, pull_number: 20, is_positive: false, msgType: "" },
    content: { data: { msgs: [], is_last: true, next_key: "" } },
  },
  { method: "GET", path: "/users/ada/notification?user=bob,cyd&group=", content: { data: { user: {}, group: {} } } },
  { method: "GET", path: "/users/ada/notification/user/ada", content: { data: { user: {}, group: {} } } },
  {
    method: "GET",
    path: "/users/ada/notification/chatgroup/259211308367873",
    content: { data: { user: {}, group: {} } },
  },
];

/** The path without its query. */
export function pathOf({ path }: CompanionCall): string {
  return path.split("?")[0] ?? "";
}

/** The route's path with the words of ada's call in it. */
export function routesCalled(): readonly string[] {
  return companionRoutes().map(({ method, path }) => {
    const conversation = path.includes("chatgroup") ? "259211308367873" : "ada";
    const filled = path.replace("{username}", "ada").replace("{seconds}", "2592000");
    return `${method} ${filled.replace("{conversation}", conversation)}`;
  });
}
