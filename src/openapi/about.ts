import packageJson from "../../package.json" with { type: "json" };
import type { Route } from "../http/call.ts";

const DESCRIPTION = `
Reads and writes the user attributes of chat apps: nickname, avatar, and what else an app gives its users. Wire-compatible with the
"User Metadata" calls of Easemob and Agora Chat.

- All paths of an app also stand below \`/app-id/{app_id}\`, where \`{app_id}\` is the app's UUID, or its App ID at Agora.
- A success is exactly 200, or the 304 of a conditional read. All answers are JSON, but what the runtime settles by itself: headers over 16 KiB are a bare 431.
- Errors hold \`error\`, for programs, and \`error_description\`, for people; those of metadata calls also \`desc\`. Some hold a
  \`hint\`: what to do about it.
- HEAD is GET without the body. OPTIONS answers any path 200, without a token. An unknown path is 404 \`service_resource_not_found\`, any
  other method of a known path 405 \`method_not_allowed\` with \`Allow\`.
- Every answer of an app's path, errors and 304 too, carries \`Access-Control-Allow-Origin: *\` and exposes the headers named here
  (\`Access-Control-Expose-Headers\`): pages of any origin can call it.
- An app is set to one of two dialects. \`/-/openapi.json?dialect=2021\` and \`?dialect=2026\` describe them; they differ in a few statuses
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
  { name: "Tokens", description: "Who calls." },
  { name: "Users", description: "Who has attributes. They are the admin's to manage." },
  {
    name: "Companion calls",
    description:
      "What the vendors' clients ask for beside profiles. This server carries no messages and knows no contacts, and answers that there are none; it reads and stores nothing. Only the user named in the path may call. An app can switch these calls off; they are 404 then.",
  },
  { name: "Server", description: "The server's own paths, which belong to no app." },
] as const;

export function tagOf({ family, isCompanion, path }: Route): (typeof TAGS)[number]["name"] {
  if (isCompanion === true) return "Companion calls";
  if (family === "metadata") return "Attributes";
  return path.includes("token") ? "Tokens" : "Users";
}
