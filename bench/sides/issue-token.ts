import { join } from "node:path";
import { APP } from "../data/seeded-store.ts";
import { finishedCommand } from "../measure/finished-command.ts";

const MAIN = join(import.meta.dir, "../../src/main.ts");

/** A permanent one for the admin of the seeds' app, in the store of this URL. */
export async function issueToken(store: string, signal: AbortSignal): Promise<string> {
  const command = [process.execPath, MAIN, "token", "issue", APP, "--ttl", "0", "--store", store, "--json"];
  const answer = JSON.parse(await finishedCommand(command, { signal })) as { token: string }; // as: what --json prints
  return answer.token;
}
