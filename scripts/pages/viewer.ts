import { join } from "node:path";

/** The line of the package's module that holds the viewer's script as a string. */
const BEGINNING = "var standalone_default = ";
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON has them escaped, scripts need not
const CONTROL = /[\u0000-\u001f]/g;
const SOURCE_MAP = /\n\/\/# sourceMappingURL=\S+\s*$/;

/**
 * Scalar's viewer as it was published, with its licence before it. This package holds the same file as
 * `@scalar/api-reference`, without its hundred packages.
 * @param folder of the package
 */
export async function readViewer(folder: string): Promise<string> {
  const module = await Bun.file(join(folder, "dist/index.js")).text();
  const line = module.split("\n").find((each) => each.startsWith(BEGINNING));
  if (line === undefined) throw new Error(`${folder}: the viewer is not where it was`);
  const literal = line.slice(BEGINNING.length).replace(/;$/, "").replace(CONTROL, escaped);
  // as: it is a string, or this throws
  const script = JSON.parse(literal) as string;
  if (!script.includes("createApiReference")) throw new Error(`${folder}: the viewer is not what it was`);
  // as: npm has read it
  const { name, version } = (await Bun.file(join(folder, "package.json")).json()) as Record<"name" | "version", string>;
  const licence = await Bun.file(join(folder, "LICENSE")).text();
  return `/*! ${name} ${version}\n${licence.trim()}\n*/\n${script.replace(SOURCE_MAP, "")}\n`;
}

function escaped(control: string): string {
  return `\\u${control.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
