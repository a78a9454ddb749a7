import { parseAttributes } from "../../src/core/metadata/attributes.ts";
import type { Connection } from "../../src/store/sqlite/connection/connection.ts";
import { FIRST_USER } from "../load/request.ts";

const SAMPLE = 100;

/** Statements of the benchmark write the seeds: they must equal the server's own rows. */
export function checkSeeds(connection: Connection, app: number, count: number, letter = "u"): void {
  for (let index = 0; index < SAMPLE; index++) {
    const name = `${letter}${FIRST_USER + Math.floor((index * count) / SAMPLE)}`;
    const row = connection.get<{ attributes: string; bytes: number }>(
      "SELECT attributes, bytes FROM users WHERE app = ?1 AND name = ?2",
      app,
      name,
    );
    if (row === undefined) throw new Error(`the seeds lack ${name}`);
    const attributes = parseAttributes(row.attributes);
    const bytes = [...attributes].flat().reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    // No key of the seeds is a number, which an object would put first.
    const sorted = JSON.stringify(Object.fromEntries([...attributes].sort(([one], [other]) => (one < other ? -1 : 1))));
    if (sorted !== row.attributes || bytes !== row.bytes) {
      throw new Error(`the seed ${name} is not as the server writes it: ${row.attributes}, ${row.bytes} bytes`);
    }
  }
}
