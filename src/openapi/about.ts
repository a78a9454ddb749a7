import packageJson from "../../package.json" with { type: "json" };
import type { Route } from "../http/call.ts";

const DESCRIPTION = `
Reads and writes the user attributes of chat apps: nickname, avatar, and any others. Wire-compatible with the
"User Metadata" calls of Easemob and Agora Chat.

- Every path of an app is also available below \`/app-id/{app_id}\`, where \`{app_id}\` is the app's UUID, or its App ID at Agora.
- A success is exactly 200, or 304 for a conditional read. All answers are JSON, except one: headers over 16 KiB get a 431 without a body.
- Errors have \`error\`, for programs, and \`error_description\`, for people. Errors of metadata calls also have \`desc\`. Some have a
  \`hint\` with a remedy.
- HEAD is GET without the body. OPTIONS is answered 200 on any path, without a token. An unknown path gets 404 \`service_resource_not_found\`; any
  other method of a known path gets 405 \`method_not_allowed\` with \`Allow\`.
- CORS: every answer of an app's path, including errors and 304, has \`Access-Control-Allow-Origin: *\` and exposes the headers named here
  (\`Access-Control-Expose-Headers\`), so pages of any origin can call it.
- An app uses one of two dialects, described by \`/-/openapi.json?dialect=2021\` and \`?dialect=2026\`. They differ in a few statuses
  and texts.
`.trim();

export const INFO = {
  title: "usermeta",
  version: packageJson.version,
  description: DESCRIPTION,
  license: { name: "Apache License 2.0", identifier: "Apache-2.0" },
};

export const TAGS = [
  { name: "Attributes", description: "The attributes of an app's users." },
  { name: "Tokens", description: "Tokens identify the caller: a user, or an admin of the app." },
  { name: "Users", description: "The users that have attributes. Admins of the app manage them." },
  {
    name: "Companion calls",
    description:
      "Calls that the vendors' clients make beside those for profiles. This server has no messages and no contacts, so the answers are always empty. It reads and stores nothing for them. Only the user named in the path may call. An app can switch these calls off; then they get 404.",
  },
  { name: "Server", description: "The server's own paths, which belong to no app." },
] as const;

export function tagOf({ family, isCompanion, path }: Route): (typeof TAGS)[number]["name"] {
  if (isCompanion === true) return "Companion calls";
  if (family === "metadata") return "Attributes";
  return path.includes("token") ? "Tokens" : "Users";
}
