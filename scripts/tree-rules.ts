/** Which folder may import which: `main → cli → workers → service → openapi → {http, store, ops, config, system} → core`. */
export interface FolderRule {
  /** Or one file. The innermost rule that names a file is the file's. */
  readonly folder: string;
  /** Folders and files of the checkout, its own apart. */
  readonly imports: readonly string[];
  /** Another folder; only files that no further rule excludes may be imported. */
  readonly base?: string;
  /** External modules; "node:" means all of Node's. */
  readonly packages: readonly string[];
}

const CORE = "src/core";
const STORE = "src/store";
const CLIENT = "packages/client/src";
/** The files that an engine may share with the others. */
const STORE_PARTS = [
  "src/store/app-columns.ts",
  "src/store/store-error.ts",
  "src/store/batch-refusals.ts",
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
  // It receives an open store, and so knows no engine, no option and no log.
  {
    folder: "src/service.ts",
    imports: ["src/http", "src/identity", "src/openapi", "src/process-parts.ts", "src/system", CORE],
    packages: [],
  },
  // Another assembly of the same parts, for one command.
  { folder: "src/check-token.ts", imports: ["src/identity", "src/process-parts.ts", "src/system", CORE], packages: [] },
  // The parts that threads share by message.
  {
    folder: "src/process-parts.ts",
    imports: ["src/identity", "src/http/pages/built-pages.ts", "src/system", CORE],
    packages: [],
  },
  // External tokens.
  { folder: "src/identity", imports: [CORE], packages: ["node:", "jose"] },
  { folder: "src/http", imports: [CORE], packages: ["bun", "bun:ffi", "node:", "zod"] },
  // The description of the wire; it opens no socket.
  { folder: "src/openapi", imports: ["src/http", "package.json", CORE], packages: ["zod"] },
  { folder: "src/config", imports: [CORE], packages: ["node:", "zod"] },
  { folder: "src/ops", imports: [CORE], packages: ["node:", "pino", "pino-pretty"] },
  { folder: "src/system", imports: [CORE], packages: ["bun", "node:"] },
  // The code that all engines share; only open.ts and open-transfer.ts name the engines.
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
  // The shared model, which all subjects use.
  { folder: CORE, imports: [], packages: [] },
  // Each subject names the parts of the store that it uses.
  { folder: "src/core/ports/store.ts", imports: [], base: CORE, packages: [] },
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
  // They are built separately, and use the server only over the wire.
  { folder: "pages", imports: [], packages: [] },
  // It runs in browsers, and uses the server only over the wire.
  { folder: CLIENT, imports: [], packages: [] },
  { folder: `${CLIENT}/react.ts`, imports: [CLIENT], packages: ["react"] },
];

/** The subjects of the core, each with the subjects that it may import beside `src/core` itself. */
function subjects(names: Readonly<Record<string, readonly string[]>>): readonly FolderRule[] {
  return Object.entries(names).map(([subject, others]) => ({
    folder: `${CORE}/${subject}`,
    base: CORE,
    imports: others.map((other) => `${CORE}/${other}`),
    packages: [],
  }));
}

/** Modules of which a folder may import types alone, but for one of its files. */
export const TYPES_ALONE: readonly { readonly folder: string; readonly of: string; readonly except: string }[] = [
  // Permission is decided by the rules; the wire asks in one place, for every route before a body is read.
  { folder: "src/http", of: "src/core/access.ts", except: "src/http/request-pipeline.ts" },
];

/** The only places that may name the runtime, so that it can be replaced in a day. */
export const RUNTIME_PLACES = ["src/http", "src/store/sqlite", "src/cli", "src/system/passwords.ts"];

/** Modules that the core receives through ports, or does not need. */
export const NOT_IN_CORE =
  /\b(?:process|Buffer|setTimeout|setInterval|setImmediate|console|fetch|performance)\s*[.(]|\b(?:Date\.now|new Date\(\)|Math\.random|crypto\.)/;

export const LINES_MAX = 300;
