import { ask } from "../greedy/ask.ts";
import { GET, READY, SET } from "../modest-requests.ts";
import type { Place, Row, Surroundings } from "../row.ts";

/** The server's own writes each second, and those of the modest client, stay far below. */
const WRITES_PER_SECOND_MAX = 50;

export const PROBE: readonly Row[] = [
  {
    name: "thousands of requests to /-/ready are one query to the database a second",
    engines: ["mysql"],
    surroundings: countingWrites,
    greedy: (target, pace) => ask(target, pace, { connections: 32, request: () => READY.request(target, 0) }),
    modest: [READY, GET],
    never: [503],
  },
  {
    name: "thousands of requests to /-/ready delay neither sets nor gets",
    engines: ["sqlite"],
    greedy: (target, pace) => ask(target, pace, { connections: 32, request: () => READY.request(target, 0) }),
    modest: [READY, GET, SET],
    never: [503],
  },
];

async function countingWrites({ database }: Place): Promise<Surroundings> {
  if (database === undefined) throw new Error("writes are counted on MySQL");
  let before = 0;
  const writes = async (): Promise<number> => {
    const rows = await database.query(
      "SHOW GLOBAL STATUS WHERE Variable_name IN ('Com_update', 'Com_insert', 'Com_replace')",
    );
    return rows.reduce((sum, row) => sum + Number(row.Value), 0);
  };
  return {
    async begin() {
      before = await writes();
    },
    async check({ seconds }) {
      const perSecond = ((await writes()) - before) / seconds;
      if (perSecond > WRITES_PER_SECOND_MAX) throw new Error(`the database wrote ${perSecond} times a second`);
    },
    async [Symbol.asyncDispose]() {},
  };
}
