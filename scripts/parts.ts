import { existsSync } from "node:fs";

export const GALERA = "/usr/lib/galera/libgalera_smm.so";

/** Where servers are that are not on everybody's PATH. */
const SERVER_FOLDER = "/usr/sbin";

/** What some tests need beside Node and npm. `.ci/run` installs all of it. */
const PARTS: Readonly<Record<string, string>> = {
  curl: "the start-up lines pasted into a shell (test/cli/start-up.test.ts)",
  mariadbd: "the cluster store: its contract, the wire and the races on it, copying, the benchmark (MariaDB)",
  [GALERA]: "three database nodes through faults, which need rsync too (test/cluster)",
  wrk: "the benchmark, which needs nginx, redis-server and webdis too (test/bench)",
  strace: "the trace of a flush before every answer (test/faults/flush.test.ts)",
  // The same place that test/sdk/chromium.ts looks at.
  [process.env.CHROMIUM ?? "/usr/bin/chromium"]:
    "the vendors' SDKs and the client's hook in a browser (test/sdk, test/client)",
};

/** A program, or a file by its path. */
export function isInstalled(part: string): boolean {
  if (part.startsWith("/")) return existsSync(part);
  return Bun.which(part) !== null || existsSync(`${SERVER_FOLDER}/${part}`);
}

/** What cannot be tested here, a text each. */
export function missingParts(): readonly string[] {
  return Object.entries(PARTS).flatMap(([part, tests]) => (isInstalled(part) ? [] : [`${part}: ${tests}`]));
}
