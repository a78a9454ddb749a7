import { afterAll, beforeAll, describe, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkIdleConnections, checkSilentConnections } from "./connections.ts";

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
      heldMs: 500,
    });

    test("silent connections up to the limit: others are served, the listener rests, and one line says so", async () => {
      await checkSilentConnections(options("silent"));
    });

    test("idle connections up to the limit are closed, and a new one is served", async () => {
      await checkIdleConnections(options("idle"));
    });
  });
}
