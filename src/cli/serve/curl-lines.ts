import { shellQuoted } from "./shell.ts";

const PUT_ATTRIBUTES = "-d nickname=Ada -d avatarurl=https://example.com/ada.png";
const ADMIN = '-H "Authorization: Bearer $TOKEN"';

/**
 * The first calls to a server, to be pasted line by line into one shell (sh, bash, zsh) in any folder. They can be
 * repeated. Only curl and sed are needed. If an answer has no token, the shell prints the answer.
 */
export function curlLines(credentialsFile: string): readonly string[] {
  const grant =
    `'{"grant_type":"client_credentials","client_id":"'"$CHAT_CLIENT_ID"'",` +
    `"client_secret":"'"$CHAT_CLIENT_SECRET"'"}'`;
  const takeToken = `sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/'`;
  return [
    `. ${shellQuoted(credentialsFile)}`,
    `TOKEN=$(curl -s "$CHAT_BASE/token" -d ${grant} | ${takeToken}); echo "$TOKEN"`,
    `curl -sw '\\n' "$CHAT_BASE/users" ${ADMIN} -d '{"username":"ada","password":"1815"}'`,
    `curl -sw '\\n' -X PUT "$CHAT_BASE/metadata/user/ada" ${ADMIN} ${PUT_ATTRIBUTES}`,
    `curl -sw '\\n' "$CHAT_BASE/metadata/user/ada" ${ADMIN}`,
    `curl -sw '\\n' "$CHAT_BASE/metadata/user/get" ${ADMIN} -d '{"targets":["ada"],"properties":["nickname"]}'`,
    `curl -sw '\\n' "$CHAT_BASE/metadata/user/capacity" ${ADMIN}`,
  ];
}
