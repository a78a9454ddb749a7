import { storeReader } from "../../src/cli/store/store-reader.ts";
import { type ConfigInput, type ConfigMistakes, type LoadedConfig, loadConfig } from "../../src/config/load.ts";

const CWD = "/srv/usermeta";

interface Given extends Partial<ConfigInput> {
  /** Path → content; any other path is missing. */
  readonly files?: Readonly<Record<string, string>>;
}

export function load({ files = {}, ...given }: Given = {}): LoadedConfig | ConfigMistakes {
  return loadConfig({
    env: {},
    cwd: CWD,
    readStore: storeReader(CWD),
    terminal: false,
    readFile(path) {
      const text = files[path];
      if (text === undefined) throw Object.assign(new Error(`no ${path}`), { code: "ENOENT" });
      return text;
    },
    ...given,
  });
}

export function loaded(given: Given = {}): LoadedConfig {
  const result = load(given);
  if ("mistakes" in result) throw new Error(result.mistakes.join("\n"));
  return result;
}

export function mistakesOf(given: Given): readonly string[] {
  const result = load(given);
  return "mistakes" in result ? result.mistakes : [];
}
