import { afterAll, beforeAll, describe, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkIdleConnections, checkSilentConnections } from "./connections.ts";

/** Longer where there is time: silent connections are closed after some twelve seconds, and new ones come. */
const HELD_MS = Number(process.env.LONG_SECONDS ?? 1) * 500;

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "usermeta-connections-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

for (const workers of [1, 2]) {
  describe(`${workers} serving`, () => {
    const options = (name: string) => ({
      descriptorsMax: 256,
      workers,
      store: `sqlite:${join(folder, `${name}-${workers}.db`)}`,
      heldMs: HELD_MS,
    });

    test("silent connections up to the limit: others are served, the listener rests, and one line says so", async () => {
      await checkSilentConnections(options("silent"));
    }, 120_000);

    test("idle connections up to the limit are closed, and a new one is served", async () => {
      await checkIdleConnections(options("idle"));
    });
  });
}
