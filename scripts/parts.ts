import { existsSync } from "node:fs";
import type { Outcome } from "./junit.ts";

const GALERA = "/usr/lib/galera/libgalera_smm.so";

/** The folder of servers that are not on every account's PATH. */
const SERVER_FOLDER = "/usr/sbin";

/** The same place that test/sdk/chromium.ts looks at. */
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** The same place that test/harness/firefox.ts looks at. */
export const FIREFOX = process.env.FIREFOX ?? "/usr/bin/firefox-esr";

/** The programs that some tests need beside Node and npm. `.ci/run` installs all of them. */
export const PARTS: Readonly<Record<string, string>> = {
  curl: "the start-up lines and those of the documents pasted into a shell (test/cli/start-up.test.ts, test/docs)",
  faketime: "servers whose wall clock is set while they run (test/workers/clock-steps.test.ts)",
  mariadbd: "the cluster store: its contract, the wire and the races on it, copying (MariaDB)",
  strace:
    "the trace of a flush before every answer, and kills while the log is folded (test/faults/flush.test.ts, test/faults/kill-in-fold.test.ts)",
  [CHROMIUM]:
    "the vendors' SDKs, their UI kits, the client's hook, the page of the API and the snippets of docs/CLIENTS.md in a browser (test/sdk, test/kits, test/client, test/http, test/docs/clients)",
};

/** The programs that `npm run test:long` needs beside these. */
export const LONG_PARTS: Readonly<Record<string, string>> = {
  mariadbd: "the clients that would use up what the cluster store has (MariaDB)",
  wrk: "the benchmark, which needs nginx, redis-server and webdis too (test/long/bench.test.ts)",
  slowhttptest: "slow heads, bodies and readers (test/long/slow-clients.test.ts)",
};

/** The programs that `npm run test:cluster` needs. */
export const CLUSTER_PARTS: Readonly<Record<string, string>> = {
  mariadbd: "servers on one database (MariaDB)",
  [GALERA]: "three database nodes through faults, which need rsync too (Galera)",
};

/** The programs that `npm run test:pages` needs. Its tests check for the npm registry themselves. */
export const PAGES_PARTS: Readonly<Record<string, string>> = {
  [CHROMIUM]: "the vendors' UI kits, the examples and the page of the API in a browser (test/pages)",
  [FIREFOX]: "the client's hook, the example with it and the page of the API in Firefox (test/client, test/pages)",
  WPEWebDriver:
    "the example with the client and the page of the API in WebKit, which needs cog too (test/pages/webkit)",
};

/** The programs for the backend snippets of docs/CLIENTS.md: each is tried with the tool-chain of its language. */
export const SNIPPET_PARTS: Readonly<Record<string, string>> = {
  go: "the Go snippets of docs/CLIENTS.md (test/pages/snippets)",
  gofmt: "the syntax of the Go snippets of docs/CLIENTS.md (test/pages/snippets)",
  java: "the Java snippets of docs/CLIENTS.md (test/pages/snippets)",
  javac: "the syntax of the Java snippets of docs/CLIENTS.md (test/pages/snippets)",
  php: "the PHP snippets of docs/CLIENTS.md, which need php-curl too (test/pages/snippets)",
  python3: "the Python snippet of docs/CLIENTS.md (test/pages/snippets)",
  ruby: "the Ruby snippets of docs/CLIENTS.md (test/pages/snippets)",
};

/** A program, or a file by its path. */
export function isInstalled(part: string): boolean {
  if (part.startsWith("/")) return existsSync(part);
  return Bun.which(part) !== null || existsSync(`${SERVER_FOLDER}/${part}`);
}

/** Prints what cannot be tested here; under CI, where nothing may be missing, each part is a failure. */
export function reportMissingParts(parts: Readonly<Record<string, string>>): Outcome {
  const missing = Object.entries(parts).filter(([part]) => !isInstalled(part));
  const text = missing.map(([part, tests]) => `${part}: ${tests}`).join("; ");
  if (missing.length > 0) console.log(`\n!!! NOT TESTED HERE, because these are missing: ${text}`);
  if (process.env.CI !== "true") return { passed: 0, failed: 0, skipped: 0, failures: [] };
  const failures = missing.map(([part, tests]) => ({ name: `${part} is missing`, error: tests }));
  return { passed: 0, failed: missing.length, skipped: 0, failures };
}
