import type { CaseName } from "./cases/case-names.ts";

/** A line of the results. A ratio is taken within a round, the median over the rounds counts. */
export interface Goal {
  readonly case: CaseName;
  readonly text: string;
  readonly unit: "×" | "ms" | "MB";
  readonly bound: "at least" | "at most";
  readonly value: number;
  /** The reason, for the reader of a goal that is not met. */
  readonly limitedBy: string;
}

const BUN_ANSWER =
  "Bun's reading of the request and writing of the answer take nine tenths of the time; nginx itself is little above the goal.";
const BATCH_COST =
  "Four fifths of the time are the server's own work: strings and an object for each user, a second pass for lastModified, and another copy of the whole answer.";
const SET_COST =
  "SQLite and the flush take two thirds of the time: a SELECT, an UPDATE, a 4 kB page per user and the wait for the disk. The rest is sockets, HTTP and the message to the writer.";
const OTHERS_TOKENS = "A token that is known costs a look-up in memory, and the bytes of a longer header.";
const TWO =
  "Two event loops and the database take turns on one core: each wakes for fewer requests at a time, to colder caches.";

export const GOALS = {
  getOverNginx: ratio("get", 0.7, "get one, over nginx with the same bytes in files", BUN_ANSWER),
  getOverBare: ratio(
    "get",
    0.85,
    "get one, over the smallest Bun.serve with the same answer",
    "Reading the token's header takes about a tenth of the time, which the smallest server spares; the rest is checking the token, the look-up and the calls between.",
  ),
  getOverWebdis: ratio("get", 1.5, "get one, over webdis HGETALL", BUN_ANSWER),
  batchOverBare: ratio(
    "batch",
    0.8,
    "batch of 100, over the smallest Bun.serve that copies the same bytes",
    BATCH_COST,
  ),
  batchOverWebdis: ratio("batch", 3, "batch of 100, over webdis MGET of the same documents", BATCH_COST),
  batchTwoOfThree: ratio(
    "batch",
    0.9,
    "batch of 100, two properties of three, over the whole",
    "Finding the two properties in the JSON of each user takes longer than copying all three; HTTP is the same for both.",
  ),
  batchTwoOfFive: ratio(
    "batch",
    0.8,
    "batch of 100, two properties of five of 400 bytes, over the whole",
    "Finding the two properties means a walk over 400 bytes of JSON for each user, also over the unwanted ones.",
  ),
  batchChinese: ratio(
    "batch",
    0.95,
    "batch of 100, Chinese text, over ASCII of the same byte count",
    "Text beyond ASCII takes two bytes a character in memory, and must be decoded from UTF-8 and encoded again.",
  ),
  batchNotInMemory: ratio(
    "batch",
    0.8,
    "batch of 100, one of them not in memory, over all in memory",
    "The user who is not in memory costs a transaction and a look-up in two trees of SQLite, as much as many users in memory.",
  ),
  setOverWebdis: ratio("set", 0.7, "durable set, over webdis HSET with appendfsync always", SET_COST),
  coldOverNginx: ratio(
    "cold",
    0.35,
    "get one with attributes not resident, over nginx",
    "A look-up in SQLite takes 10 µs: a transaction, two trees of ten million entries, two to three pages from the system's cache.",
  ),
  coldOverResident: ratio(
    "cold",
    0.55,
    "get one with attributes not in memory, over in memory",
    "A look-up in SQLite takes 10 µs, about as long as all the rest of a get: a transaction and two trees of ten million entries.",
  ),
  scaleGet: ratio(
    "scale",
    0.85,
    "get, 10 M users over 10 k users",
    "What is not resident is read from SQLite, and the processor's caches hold a smaller part of it all.",
  ),
  scaleSet: ratio(
    "scale",
    0.7,
    "set, 10 M users over 10 k users",
    "Sets are spread over more pages, so that a commit writes more of them, and a checkpoint too.",
  ),
  scaleCapacity: ratio(
    "scale",
    0.9,
    "capacity, 10 M users over 10 k users",
    "It reads one row whatever the users; what differs is the rest of the process, above all a larger heap.",
  ),
  scaleStart: most("scale", "ms", 1000, "start with 10 M users", "Something at the start looks at every user."),
  scaleMemory: most("scale", "MB", 400, "memory with 10 M users, after the load", "The caches hold too much."),
  mixedRate: ratio(
    "mixed",
    0.5,
    "get one while 64 clients set all the time, over its rate alone",
    "The sets are read, merged and answered on the thread that serves the reads, and all share one core here.",
  ),
  mixedP99: most(
    "mixed",
    "×",
    4,
    "p99 of get one while 64 clients set all the time, over its p99 alone",
    "A read waits behind the sets that came before it, and for the core while the writer commits.",
  ),
  workers: ratio(
    "workers",
    0.9,
    "work per CPU second, two workers over one, load from the same two cores",
    "The same connections over two loops: each wakes for fewer requests at a time, and shares its core with the load.",
  ),
  idleMemory: most(
    "idle",
    "MB",
    80,
    "memory 5 s after the start, without a request",
    "What Bun itself and the caches take.",
  ),
  idleStart: most("idle", "ms", 300, "start to the first answer", "Loading the runtime and the modules."),
  latency: most(
    "latency",
    "×",
    3,
    "p99 at half of the top rate, open loop, over nginx's at the same rate",
    "Collecting garbage, and requests that come in the same turn of the event loop.",
  ),
  parseGet: ratio("parse", 20, "get one, over Parse Server on PostgreSQL", BUN_ANSWER),
  parseBatch: ratio("parse", 20, "batch of 100, over Parse Server on PostgreSQL", "The size of the answer, for both."),
  parseSet: ratio("parse", 20, "durable set, over Parse Server on PostgreSQL", SET_COST),
  identityAgora: ratio("identity", 0.95, "get one with Agora's token, over our own", OTHERS_TOKENS),
  identityDynamic: ratio("identity", 0.95, "get one with a dynamic token, over our own", OTHERS_TOKENS),
  identityJwt: ratio("identity", 0.95, "get one with a JSON Web Token, over our own", OTHERS_TOKENS),
  versionsUnchanged: ratio(
    "versions",
    1,
    "get one with If-None-Match, answered 304, over the same in full",
    "Sockets and HTTP, which both have; the attributes that are spared are a small part of a get.",
  ),
  versionsDelta: ratio(
    "versions",
    0.7,
    "batch of 100 with versions, one of them changed, over the smallest Bun.serve that answers all in full",
    "HTTP and the body, which both have: a body with versions is more than twice as long as one with names alone.",
  ),
  versionsBatchSet: ratio(
    "versions",
    2.5,
    "users set per second, a hundred in one call, over each in its own",
    "What is left of a set without its own socket, HTTP and message: merging and writing a 4 kB page.",
  ),
  mysqlGet: ratio(
    "mysql",
    5,
    "get one on MariaDB, over the same with each read by itself",
    "Sockets and HTTP take two thirds of what the goal leaves a get of the core; a get's part of a query, for server and database, takes more than the rest.",
  ),
  mysqlSet: ratio(
    "mysql",
    4,
    "set on MariaDB, over the same with each set by itself",
    "Reading the user before, and sockets and HTTP, which going together does not spare.",
  ),
  mysqlProcessesGet: most(
    "mysql",
    "×",
    1.1,
    "CPU seconds of servers per get, two with 64 connections each over one",
    TWO,
  ),
  mysqlProcessesSet: most(
    "mysql",
    "×",
    1.1,
    "CPU seconds of servers per set, two with 64 connections each over one",
    TWO,
  ),
} satisfies Readonly<Record<string, Goal>>;

export type GoalName = keyof typeof GOALS;

function ratio(name: CaseName, value: number, text: string, limitedBy: string): Goal {
  return { case: name, text, unit: "×", bound: "at least", value, limitedBy };
}

function most(name: CaseName, unit: Goal["unit"], value: number, text: string, limitedBy: string): Goal {
  return { case: name, text, unit, bound: "at most", value, limitedBy };
}
