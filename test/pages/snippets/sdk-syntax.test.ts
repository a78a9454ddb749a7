/**
 * The snippets of docs/CLIENTS.md whose SDK no registry of the tests has: their syntax, by the tool-chain of the
 * language. What names the SDK itself stays unproven.
 */
import { afterAll, describe, expect, test } from "bun:test";
import { type ClientSnippet, clientSnippets } from "../../docs/clients/client-snippets.ts";
import { checkSyntax, type Ended, removeGoCache, TOOL_TIMEOUT_MS } from "./run-tool.ts";
import { languageIsLeftOut, TOOLCHAINS } from "./toolchains.ts";

const SNIPPETS = clientSnippets().filter(({ check, language }) => check === "syntax" && language in TOOLCHAINS);

test("each language's snippets are checked for syntax or run", () => {
  const names = clientSnippets().filter(({ language }) => language in TOOLCHAINS);
  expect(names.map(({ name, check }) => [name, check]).sort()).toEqual([
    ["go-rest", "run"],
    ["go-sdk", "syntax"],
    ["java-rest", "run"],
    ["java-sdk", "syntax"],
    ["php-rest", "run"],
    ["php-sdk", "syntax"],
    ["python-rest", "run"],
    ["ruby-gem", "syntax"],
    ["ruby-rest", "run"],
  ]);
});

afterAll(removeGoCache);

describe.each(SNIPPETS)("the snippet $name", (snippet) => {
  test.skipIf(languageIsLeftOut(snippet.language))(
    "has no mistake of syntax, and its check finds one",
    async () => {
      expect(mistakes(snippet, await checkSyntax(snippet))).toEqual([]);
      const broken = { ...snippet, code: snippet.code.replace(/\)(?=[^)]*$)/, "") };
      expect(broken.code).not.toBe(snippet.code);
      expect(mistakes(broken, await checkSyntax(broken))).not.toEqual([]);
    },
    TOOL_TIMEOUT_MS,
  );
});

function mistakes({ language, code }: ClientSnippet, { exitCode, output, errors }: Ended): readonly string[] {
  if (language === "java") return javaMistakes(code, errors);
  if (language === "go") return [...output.split("\n"), ...errors.split("\n")].filter((line) => line !== "");
  return exitCode === 0 ? [] : [`${output}${errors}`];
}

/** What javac reports beside its not finding the SDK's packages and the classes imported from them. */
function javaMistakes(code: string, errors: string): readonly string[] {
  const imported = [...code.matchAll(/^import com\.easemob\.\S*\.(\w+);$/gm)].map(([, name = ""]) => name);
  const isOfSdk = (line: string): boolean =>
    /compiler\.err\.doesnt\.exist: com\.easemob\./.test(line) ||
    imported.some((name) => new RegExp(`cant\\.resolve\\.location: kindname\\.(class|variable), ${name},`).test(line));
  return errors.split("\n").filter((line) => line.includes("compiler.err.") && !isOfSdk(line));
}
