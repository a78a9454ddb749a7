/** The programs that some tests need beside Node and npm. `.ci/run` installs them. */
const PARTS: Readonly<Record<string, string>> = {
  curl: "the start-up lines pasted into a shell (test/cli/start-up.test.ts)",
  wrk: "the benchmark, which needs nginx, redis-server and webdis too (test/bench)",
  strace: "the trace of a flush before every answer (test/faults/flush.test.ts)",
  // The same place that test/sdk/chromium.ts looks at.
  [process.env.CHROMIUM ?? "/usr/bin/chromium"]: "the vendors' SDKs in a browser (test/sdk)",
};

/** What cannot be tested here, a text each. */
export function missingParts(): readonly string[] {
  return Object.entries(PARTS).flatMap(([program, tests]) =>
    Bun.which(program) === null ? [`${program}: ${tests}`] : [],
  );
}
