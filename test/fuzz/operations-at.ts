import type { Route } from "../../src/http/call.ts";
import { OWN_ROUTES } from "../openapi/documents.ts";
import { type FuzzCall, ROUTES } from "./calls.ts";

/**
 * The operations of the API's document that a request may match: its own, and those whose path has a literal word in
 * place of a parameter. `GET …/metadata/user/capacity` does not get a user of that name, even if the fuzzer meant that.
 */
export function operationsAt({ method, path }: Route, username: string): readonly string[] {
  const named = path.split("/").map((part) => (part === "{username}" ? username : part));
  const words = ROUTES.filter((other) => other.method === method && fits(other.path.split("/"), named));
  return [...new Set([path, ...words.map((other) => other.path)])].map((each) => `${method} /{org}/{app}${each}`);
}

/** The operation of a path of the server itself; undefined if the document has none. */
export function ownOperation({ method, path, route }: FuzzCall): string | undefined {
  const isRead = method === "GET" || method === "HEAD";
  return route === null && isRead && OWN_DOCUMENTED.has(path) ? `GET ${path}` : undefined;
}

const OWN_DOCUMENTED = new Set(OWN_ROUTES.filter(({ isPage }) => isPage !== true).map((own) => own.path));

function fits(words: readonly string[], parts: readonly string[]): boolean {
  return words.length === parts.length && words.every((word, at) => word === parts[at] || word.startsWith("{"));
}
