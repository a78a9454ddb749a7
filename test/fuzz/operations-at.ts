import type { Route } from "../../src/http/call.ts";
import { ROUTES } from "./calls.ts";

/**
 * The operations of the API's document that a route may have been taken for: itself, and those whose path has a word where it
 * has a parameter. `GET …/metadata/user/capacity` is no get of a user of that name, however the fuzzer came upon it.
 */
export function operationsAt({ method, path }: Route, username: string): readonly string[] {
  const named = path.split("/").map((part) => (part === "{username}" ? username : part));
  const words = ROUTES.filter((other) => other.method === method && fits(other.path.split("/"), named));
  return [...new Set([path, ...words.map((other) => other.path)])].map((each) => `${method} /{org}/{app}${each}`);
}

function fits(words: readonly string[], parts: readonly string[]): boolean {
  return words.length === parts.length && words.every((word, at) => word === parts[at] || word.startsWith("{"));
}
