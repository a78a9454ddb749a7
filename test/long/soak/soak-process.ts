import { join } from "node:path";
import { linesOf } from "../../harness/lines-of.ts";

export interface SoakJob {
  readonly port: number;
  /** The path of the app's attributes. */
  readonly base: string;
  readonly token: string;
  readonly connections: number;
  readonly usersEach: number;
  readonly requests: number;
  readonly seed: number;
}

export type SoakLine = { readonly kind: "tenth"; readonly p99Ms: number } | SoakResult;

export interface SoakResult {
  readonly kind: "done";
  readonly requests: number;
  readonly seconds: number;
  /** How many of each kind. */
  readonly kinds: Readonly<Record<string, number>>;
  readonly wrongCount: number;
  /** The first of them. */
  readonly wrong: readonly string[];
  /** The attributes of all users at the end. */
  readonly bytes: number;
}

/** Runs soak-client.ts. @param onTenth told the 99th percentile of each tenth of the requests, ms */
export async function runSoak(job: SoakJob, onTenth: (p99Ms: number) => void): Promise<SoakResult> {
  const client = Bun.spawn([process.execPath, join(import.meta.dir, "soak-client.ts"), JSON.stringify(job)], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
  });
  for await (const line of linesOf(client.stdout)) {
    const said = JSON.parse(line) as SoakLine; // as: soak-client.ts wrote it
    if (said.kind === "done") return said;
    onTenth(said.p99Ms);
  }
  throw new Error("the soak's clients ended before they were done");
}
