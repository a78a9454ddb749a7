import { isInstalled, SNIPPET_PARTS } from "../../../scripts/parts.ts";
import { isLeftOut } from "../../harness/missing-part.ts";

/** How the snippets of a language are run, and how their syntax is checked. */
export interface Toolchain {
  /** Programs that must be there. */
  readonly parts: readonly string[];
  /** Ends with 0 where what is no program of its own is there as well. */
  readonly probe?: readonly [string, ...string[]];
  /** The name that the snippet is written to. */
  readonly file: string;
  readonly run: readonly [string, ...string[]];
  readonly checkSyntax: readonly [string, ...string[]];
}

/** By the language of the fence. No command asks for anything outside this machine: see `runTool`. */
export const TOOLCHAINS: Readonly<Record<string, Toolchain>> = {
  go: {
    parts: ["go", "gofmt"],
    file: "profiles.go",
    run: ["go", "run", "profiles.go"],
    // Prints the files whose format is another.
    checkSyntax: ["gofmt", "-l", "-e", "profiles.go"],
  },
  java: {
    parts: ["java", "javac"],
    file: "Profiles.java",
    run: ["java", "Profiles.java"],
    // "Raw" messages begin with their key.
    checkSyntax: ["javac", "-proc:none", "-XDrawDiagnostics", "Profiles.java"],
  },
  php: {
    parts: ["php"],
    probe: ["php", "-r", "exit(extension_loaded('curl') ? 0 : 1);"],
    file: "profiles.php",
    run: ["php", "profiles.php"],
    checkSyntax: ["php", "-l", "profiles.php"],
  },
  python: {
    parts: ["python3"],
    file: "profiles.py",
    run: ["python3", "profiles.py"],
    checkSyntax: ["python3", "-m", "py_compile", "profiles.py"],
  },
  ruby: {
    parts: ["ruby"],
    file: "profiles.rb",
    run: ["ruby", "profiles.rb"],
    checkSyntax: ["ruby", "-wc", "profiles.rb"],
  },
};

/** @throws if no tool-chain knows the language */
export function toolchainOf(language: string): Toolchain {
  const toolchain = TOOLCHAINS[language];
  if (toolchain === undefined) throw new Error(`no tool-chain for ${language}`);
  return toolchain;
}

/** True when the language cannot be tried on this machine; has said so. */
export function languageIsLeftOut(language: string): boolean {
  const { parts, probe } = toolchainOf(language);
  const missing = parts.filter((part) => !isInstalled(part));
  const texts = missing.map((part) => `${part} is not installed: ${SNIPPET_PARTS[part]}`);
  if (missing.length === 0 && probe !== undefined && Bun.spawnSync([...probe]).exitCode !== 0) {
    texts.push(`${probe.join(" ")} says no: ${SNIPPET_PARTS[probe[0]]}`);
  }
  return isLeftOut(texts.length === 0, texts.join("; "));
}
