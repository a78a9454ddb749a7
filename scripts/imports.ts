import { dirname, join, normalize } from "node:path";

export interface Import {
  readonly from: string;
  /** A path from the checkout, or a package's name. */
  readonly to: string;
  /** Erased when the program runs. */
  readonly typeOnly: boolean;
}

/** Relies on the formatter: a statement begins its line, and names its module in double quotes. */
const STATEMENT = /^(?:import|export)\s(?<what>[^;"']*?)\bfrom "(?<module>[^"]+)"|^import "(?<bare>[^"]+)"/gm;
const TYPE_IN_PLACE = /\bimport\("(?<module>[^"]+)"\)/g;
/** How the file of a Worker is named. */
const FILE_BESIDE = /"(?<module>\.{1,2}\/[^"]+\.ts)"/g;

const scanner = new Bun.Transpiler({ loader: "ts" });

/**
 * Everything that a file imports, types too. Types are found in the text, because Bun's scanner omits them and no tool
 * that uses the TypeScript compiler's API reads TypeScript 7; the scanner adds imports that a pattern could have missed.
 *
 * @param file a path from the checkout
 */
export function importsOf(file: string, text: string): readonly Import[] {
  const code = withoutComments(text);
  const statements = [...code.matchAll(STATEMENT)].map(({ groups = {} }) => ({
    module: groups.module ?? groups.bare ?? "",
    typeOnly: groups.what?.startsWith("type ") ?? false,
  }));
  const named = [...code.matchAll(TYPE_IN_PLACE), ...code.matchAll(FILE_BESIDE)].map(({ groups = {} }) => ({
    module: groups.module ?? "",
    typeOnly: true,
  }));
  const scanned = scanner.scanImports(code.replace(/^#!.*/, "")).map(({ path }) => ({ module: path, typeOnly: false }));
  const found = new Map<string, Import>();
  for (const { module, typeOnly } of [...statements, ...named, ...scanned]) {
    const to = module.startsWith(".") ? normalize(join(dirname(file), module)) : module;
    found.set(to, { from: file, to, typeOnly: typeOnly && (found.get(to)?.typeOnly ?? true) });
  }
  return [...found.values()];
}

/** A comment stands at the start of a line or after a space; a text such as "https://…" has neither before it. */
export function withoutComments(text: string): string {
  return text.replace(/(^|\s)(?:\/\*[\s\S]*?\*\/|\/\/.*$)/gm, "$1");
}
