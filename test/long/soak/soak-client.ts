/**
 * The soak's clients, in a separate process: a number of connections, each with one request after the other. Every answer is
 * checked. Prints a line of JSON after each tenth of the requests, and the result as the last line.
 */
import { chanceFrom } from "../../harness/hostile-request.ts";
import { Histogram } from "./histogram.ts";
import { SoakConnection } from "./soak-connection.ts";
import type { SoakJob, SoakLine } from "./soak-process.ts";
import { KINDS, type SoakMaker } from "./soak-requests.ts";
import { bytesOf, holds, newSoakUsers, type SoakUser } from "./soak-users.ts";

const TENTHS = 10;
const WRONG_SHOWN = 5;
const SHARES = KINDS.reduce((sum, [, share]) => sum + share, 0);

const job = JSON.parse(process.argv[2] ?? "") as SoakJob; // as: soak-process.ts wrote it
const kinds = new Map<string, number>();
const wrong: string[] = [];
let sent = 0;
let wrongCount = 0;
let histogram = new Histogram();

function say(line: SoakLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function drawFrom(seed: number): SoakMaker["draw"] {
  const chance = chanceFrom(seed);
  return (below) => Math.floor(chance() * below);
}

function kindFor(number: number): (typeof KINDS)[number] {
  let left = number;
  for (const kind of KINDS) {
    left -= kind[1];
    if (left < 0) return kind;
  }
  throw new Error(`no kind of request has the number ${number}`);
}

function head(method: string, path: string, headers = ""): string {
  return `${method} ${job.base}${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${job.token}\r\n${headers}\r\n`;
}

function note(name: string, text: string, answered: string): void {
  wrongCount += 1;
  if (wrong.length < WRONG_SHOWN) wrong.push(`${name}: ${text.slice(0, 300)} → ${answered.slice(0, 600)}`);
}

async function run(number: number): Promise<readonly SoakUser[]> {
  const connection = await SoakConnection.open(job.port);
  const users = newSoakUsers(number, job.usersEach);
  const draw = drawFrom(job.seed + number);
  const maker: SoakMaker = { users, draw, head };
  while (sent < job.requests) {
    sent += 1;
    if (sent % Math.ceil(job.requests / TENTHS) === 0) nextTenth();
    const [name, , make] = kindFor(draw(SHARES));
    const request = make(maker);
    const from = performance.now();
    const answer = await connection.ask(request.text);
    histogram.add(performance.now() - from);
    kinds.set(name, (kinds.get(name) ?? 0) + 1);
    if (!request.check(answer)) note(name, request.text, `${answer.head}\n${answer.body}`);
  }
  for (const user of users) await readBack(connection, user);
  connection.close();
  return users;
}

/** Acknowledged sets are there at the end. */
async function readBack(connection: SoakConnection, user: SoakUser): Promise<void> {
  const { body, head: answered } = await connection.ask(head("GET", `/${user.name}`));
  const { data } = JSON.parse(body) as { data?: unknown }; // as: `holds` looks at it
  if (!holds(data, user)) note("read back", user.name, `${answered}\n${body}`);
}

function nextTenth(): void {
  say({ kind: "tenth", p99Ms: histogram.quantile(0.99) });
  histogram = new Histogram();
}

const startedAt = performance.now();
const users = (await Promise.all(Array.from({ length: job.connections }, (_, number) => run(number)))).flat();
say({
  kind: "done",
  requests: sent,
  seconds: (performance.now() - startedAt) / 1000,
  kinds: Object.fromEntries(kinds),
  wrongCount,
  wrong,
  bytes: users.reduce((sum, user) => sum + bytesOf(user), 0),
});
