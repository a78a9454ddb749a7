import type { Admin } from "./client.ts";
import type { ExpectedError } from "./expect-answer.ts";

/** Every kind of missing or invalid token, with the 401 that a metadata call answers (docs/PROTOCOL.md § Tokens). */
export function badBearers(
  admin: Admin,
): readonly (readonly [what: string, token: string | undefined, ExpectedError])[] {
  const corrupt = "Unable to authenticate due to corrupt access token";
  return [
    ["no Authorization", undefined, refused("unauthorized", "Unable to authenticate (OAuth)")],
    ["no token of ours", "nonsense", refused("auth_bad_access_token", corrupt)],
    ["a token cut short", admin.token.slice(0, -8), refused("auth_bad_access_token", corrupt)],
    ["a token with another signature", forged(admin.token), refused("auth_bad_access_token", "Unable to authenticate")],
  ];
}

/** Changes a character in the middle of the signature, where every bit counts. */
function forged(token: string): string {
  return `${token.slice(0, -10)}${token.at(-10) === "A" ? "B" : "A"}${token.slice(-9)}`;
}

function refused(error: string, text: string): ExpectedError {
  return { status: 401, error, text, desc: "unauthorized" };
}
