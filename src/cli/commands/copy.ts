import { readFileSync } from "node:fs";
import { loadConfig } from "../../config/load.ts";
import { type CopyResult, copyStore } from "../../store/transfer/copy-store.ts";
import { openTransferSource, openTransferTarget } from "../../store/transfer/open-transfer.ts";
import { type Answer, type Call, type Command, flagText } from "../command.ts";
import { type LastingLocation, lastingLocation } from "../store/command-store.ts";
import { locationUrl } from "../store/location-text.ts";
import { storeReader } from "../store/store-reader.ts";
import { EXIT, Failure, usageError } from "../terminal/failure.ts";
import { table } from "../terminal/table.ts";
import { CopyProgressReport } from "./copy-progress-report.ts";

export const copy: Command = {
  name: "copy",
  summary: "Copy a store that is not being served into an empty one of any engine, and verify the copy.",
  flags: [
    { name: "from", placeholder: "url", help: "the store to copy: sqlite:PATH or mysql://USER@HOST/DATABASE" },
    {
      name: "to",
      placeholder: "url",
      help: "the store to fill, in the same form; USERMETA_STORE_PASSWORD applies to both",
    },
  ],
  options: [],
  async run(call) {
    const from = givenLocation(call, "from");
    const to = givenLocation(call, "to");
    if (locationUrl(from) === locationUrl(to)) throw usageError("--from and --to are the same store");
    const began = performance.now();
    await using source = await openTransferSource(from);
    await using target = await openTransferTarget(to);
    using report = new CopyProgressReport(call.io.stderr, target.location);
    const result = await copyStore(source, target, (progress) => report.tell(progress));
    report[Symbol.dispose]();
    if (result.differences.length > 0) {
      const first = `${target.location} does not hold what ${source.location} does: do not serve it`;
      throw new Failure(EXIT.refused, [first, ...result.differences]);
    }
    return answer(locationUrl(from), locationUrl(to), result, (performance.now() - began) / 1000);
  },
};

/** Reads the address as `--store` is read: it may hold no password. */
function givenLocation(call: Call, flag: "from" | "to"): LastingLocation {
  const text = flagText(call, flag);
  if (text === undefined) throw usageError(`--${flag} is missing: usermeta copy --from sqlite:PATH --to mysql://…`);
  const { env, cwd } = call.io;
  const loaded = loadConfig({
    env,
    flags: { store: text },
    cwd,
    terminal: false,
    readFile: (path) => readFileSync(path, "utf8"),
    readStore: storeReader(cwd),
  });
  if ("config" in loaded) return lastingLocation(loaded.config);
  throw usageError(...loaded.mistakes.map((mistake) => mistake.replace(/^--store\b/, `--${flag}`)));
}

function answer(from: string, to: string, { apps, keys }: CopyResult, seconds: number): Answer {
  const rows = apps.map(({ app, ...sums }) => ({ app: app.key, number: app.number, ...sums }));
  const users = rows.reduce((sum, row) => sum + row.users, 0);
  const what = `${counted(rows.length, "app")}, ${counted(users, "user")}, ${seconds.toFixed(1)} s`;
  return {
    json: { from, to, apps: rows, keys, users, seconds: Number(seconds.toFixed(3)) },
    text:
      `${from} is copied to ${to}: ${what}. The copy was read back and is identical.\n` +
      table(
        ["app", "users", "bytes", "versions", "with password", "checksum"],
        rows.map((row) => [
          row.app,
          ...[row.users, row.bytes, row.versions, row.withPassword].map(String),
          row.checksum,
        ]),
      ),
  };
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
