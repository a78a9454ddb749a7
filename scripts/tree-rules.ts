/** Which folder may import which: `main → cli → workers → service → openapi → {http, store, ops, config, system} → core`. */
export interface FolderRule {
  /** Or one file. The innermost rule that names a file is the file's. */
  readonly folder: string;
  /** Folders and files of the checkout, its own apart. */
  readonly imports: readonly string[];
  /** Another folder, of which only what no further rule takes out of it may be imported. */
  readonly base?: string;
  /** Modules from outside; "node:" stands for all of Node's. */
  readonly packages: readonly string[];
}

const CORE = "src/core";
const STORE = "src/store";
const CLIENT = "packages/client/src";
/** What an engine may share with the others. */
const STORE_PARTS = [
  "src/store/app-columns.ts",
  "src/store/store-error.ts",
  "src/store/refused-together.ts",
  "src/store/migrate.ts",
  "src/store/transfer/migrate-for-transfer.ts",
  "src/store/transfer/transfer.ts",
  "src/store/cache",
];

export const FOLDER_RULES: readonly FolderRule[] = [
  { folder: "src/main.ts", imports: ["src/cli", "src/system/crash.ts"], packages: [] },
  {
    folder: "src/cli",
    imports: [
      "src/service.ts",
      "src/check-token.ts",
      "src/workers",
      "src/config",
      "src/http/pages/built-pages.ts",
      "src/http/pages/page-manifest.ts",
      "src/ops",
      "src/system",
      "src/store/open.ts",
      "src/store/transfer/open-transfer.ts",
      "src/store/transfer/copy-store.ts",
      "src/store/store-error.ts",
      "package.json",
      CORE,
    ],
    packages: ["bun", "bun:ffi", "node:", "commander", "zod"],
  },
  // The same service on several threads; only here is a store opened by one thread and served by others.
  {
    folder: "src/workers",
    imports: ["src/service.ts", "src/process-parts.ts", "src/store/open.ts", "src/ops", "src/system", CORE],
    packages: ["node:"],
  },
  // It is handed an open store, and so knows no engine, no option and no log.
  {
    folder: "src/service.ts",
    imports: ["src/http", "src/identity", "src/openapi", "src/process-parts.ts", "src/system", CORE],
    packages: [],
  },
  // Another assembly of the same parts, for one question.
  { folder: "src/check-token.ts", imports: ["src/identity", "src/process-parts.ts", "src/system", CORE], packages: [] },
  // What threads share of it by message.
  {
    folder: "src/process-parts.ts",
    imports: ["src/identity", "src/http/pages/built-pages.ts", "src/system", CORE],
    packages: [],
  },
  // Tokens that others have made.
  { folder: "src/identity", imports: [CORE], packages: ["node:", "jose"] },
  { folder: "src/http", imports: [CORE], packages: ["bun", "bun:ffi", "node:", "zod"] },
  // What the wire says, in words; it opens no socket.
  { folder: "src/openapi", imports: ["src/http", "package.json", CORE], packages: ["zod"] },
  { folder: "src/config", imports: [CORE], packages: ["node:", "zod"] },
  { folder: "src/ops", imports: [CORE], packages: ["node:", "pino", "pino-pretty"] },
  { folder: "src/system", imports: [CORE], packages: ["bun", "node:"] },
  // What all engines share; open.ts and open-transfer.ts alone name them.
  { folder: STORE, imports: [CORE], packages: ["node:"] },
  { folder: "src/store/open.ts", imports: [STORE, CORE], packages: ["node:"] },
  { folder: "src/store/transfer/open-transfer.ts", imports: [STORE, CORE], packages: [] },
  // Copies in memory, for any engine that can tell when one is stale.
  { folder: "src/store/cache", imports: [CORE], packages: ["node:"] },
  { folder: "src/store/memory", imports: [...STORE_PARTS, CORE], packages: [] },
  {
    folder: "src/store/sqlite",
    imports: [...STORE_PARTS, "src/system/timers.ts", "src/system/tasks.ts", "src/system/crash.ts", CORE],
    packages: ["bun", "bun:ffi", "bun:sqlite", "node:"],
  },
  { folder: "src/store/mysql", imports: [...STORE_PARTS, "src/system/timers.ts", CORE], packages: ["node:", "mysql2"] },
  // What the rules speak of, which all subjects stand on.
  { folder: CORE, imports: [], packages: [] },
  ...subjects({
    admission: [],
    async: [],
    rates: ["admission"],
    faults: ["admission"],
    apps: ["admission", "async", "faults"],
    accounts: ["admission", "apps"],
    tokens: ["accounts", "admission", "apps", "async"],
    metadata: ["admission", "apps", "async", "faults"],
  }),
  // They are built by themselves, and know of the server only what goes over the wire.
  { folder: "pages", imports: [], packages: [] },
  // It runs in browsers, and knows of the server only what goes over the wire.
  { folder: CLIENT, imports: [], packages: [] },
  { folder: `${CLIENT}/react.ts`, imports: [CLIENT], packages: ["react"] },
];

/** The subjects of the rules, each with those that it may import beside what lies in `src/core` itself. */
function subjects(names: Readonly<Record<string, readonly string[]>>): readonly FolderRule[] {
  return Object.entries(names).map(([subject, others]) => ({
    folder: `${CORE}/${subject}`,
    base: CORE,
    imports: others.map((other) => `${CORE}/${other}`),
    packages: [],
  }));
}

/** The only places that may name the runtime, so that it can be exchanged in a day. */
export const RUNTIME_PLACES = ["src/http", "src/store/sqlite", "src/cli", "src/system/passwords.ts"];

/** What the rules are handed, or have no use for. */
export const NOT_IN_CORE =
  /\b(?:process|Buffer|setTimeout|setInterval|setImmediate|console|fetch|performance)\s*[.(]|\b(?:Date\.now|new Date\(\)|Math\.random|crypto\.)/;

export const LINES_MAX = 300;
