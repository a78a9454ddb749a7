import { readDocument } from "../markdown.ts";

const CHECKS = ["run", "compile", "syntax", "not-run"] as const;

/** How a test uses a snippet; `syntax` where the tool-chain is there and the client's own package is not. */
export type SnippetCheck = (typeof CHECKS)[number];

/** A fenced block of docs/CLIENTS.md and the comment `<!-- clients: NAME CHECK -->` before it. */
export interface ClientSnippet {
  readonly name: string;
  readonly check: SnippetCheck;
  /** As the fence says it: `java`, `php`. */
  readonly language: string;
  readonly code: string;
}

const MARKED = /<!-- clients: (?<name>\S+) (?<check>\S+) -->\n\n```(?<language>\w+)\n(?<code>.*?)\n```\n/gs;
const MARKER = "<!-- clients:";

/** @throws if a marker has no block after it, a check of no known name, or the name of another one */
export function clientSnippets(): readonly ClientSnippet[] {
  const text = readDocument("docs/CLIENTS.md");
  const snippets = [...text.matchAll(MARKED)].map(({ groups = {} }) => snippetOf(groups));
  const markers = text.split(MARKER).length - 1;
  if (snippets.length !== markers) throw new Error(`docs/CLIENTS.md: ${markers} markers, ${snippets.length} snippets`);
  const names = new Set(snippets.map(({ name }) => name));
  if (names.size !== snippets.length) throw new Error("docs/CLIENTS.md: two snippets have one name");
  return snippets;
}

export function clientSnippet(name: string): ClientSnippet {
  const snippet = clientSnippets().find((each) => each.name === name);
  if (snippet === undefined) throw new Error(`docs/CLIENTS.md has no snippet called ${name}`);
  return snippet;
}

function snippetOf({ name = "", check = "", language = "", code = "" }: Record<string, string>): ClientSnippet {
  const known = CHECKS.find((each) => each === check);
  if (known === undefined) throw new Error(`docs/CLIENTS.md: ${name}: a check called ${check} is not known`);
  return { name, check: known, language, code };
}
