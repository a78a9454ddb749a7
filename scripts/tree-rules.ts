/** Which folder may import which: `main → cli → service → {http, store, ops, config, system} → core`. */
export interface FolderRule {
  readonly folder: string;
  /** Folders and files below src/, its own apart. */
  readonly imports: readonly string[];
  /** Modules from outside. */
  readonly packages: readonly string[] | "any";
}

const CORE = "src/core";
const STORE = "src/store";

export const FOLDER_RULES: readonly FolderRule[] = [
  { folder: "src/main.ts", imports: ["src/cli"], packages: [] },
  {
    folder: "src/cli",
    imports: [
      "src/service.ts",
      "src/config",
      "src/ops",
      "src/system",
      "src/store/open.ts",
      "src/store/store-error.ts",
      CORE,
    ],
    packages: "any",
  },
  { folder: "src/service.ts", imports: ["src/http", "src/system", CORE], packages: [] },
  { folder: "src/http", imports: [CORE], packages: "any" },
  { folder: "src/config", imports: [CORE], packages: "any" },
  { folder: "src/ops", imports: [CORE], packages: "any" },
  { folder: "src/system", imports: [CORE], packages: "any" },
  // What all engines share. Only open.ts names them.
  { folder: STORE, imports: [CORE], packages: "any" },
  { folder: "src/store/open.ts", imports: [STORE, CORE], packages: "any" },
  { folder: "src/store/memory", imports: ["src/store/store-error.ts", "src/store/migrate.ts", CORE], packages: [] },
  { folder: "src/store/sqlite", imports: ["src/store/store-error.ts", "src/store/migrate.ts", CORE], packages: "any" },
  { folder: CORE, imports: [], packages: [] },
];

/** The only places that may name the runtime; it could be exchanged in a day. */
export const RUNTIME_FOLDERS = ["src/http/", "src/store/sqlite/", "src/cli/", "src/system/"];

export const LINES_MAX = 300;
