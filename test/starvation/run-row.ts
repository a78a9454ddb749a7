import { expect } from "bun:test";
import type { Resource } from "../../src/core/admission/resources.ts";
import { MachineDelay } from "../harness/machine-delay.ts";
import { GreedyProcess } from "./greedy/process.ts";
import { MemoryWatch } from "./memory-watch.ts";
import { ModestClient, type Served } from "./modest-client.ts";
import type { Engine, Row } from "./row.ts";
import { ROWS } from "./rows.ts";
import { startTarget } from "./start-target.ts";

/** A modest client's maximum wait beside a greedy one; more only if it, or an idle process, waits long anyway. */
const WAIT_MAX_MS = 1000;
const FACTOR = 10;
const ALONE_MS = 400;
/** How long the modest client is measured after the greedy one has gone. */
const AFTERWARDS_MS = 300;
/** From this length on greedy clients do longer work. */
const LONG_SECONDS = 10;
const DATABASE_MS = 500;
const MEGABYTE = 1_048_576;

/** The additional time of measurement, so that an unserved client is seen to wait. */
const LONGER_MS = 500;

export interface Run {
  readonly resource: Resource;
  readonly row: Row;
  readonly engine: Engine;
  readonly seconds: number;
}

/** Measures the modest client alone and beside the greedy one. Rejects unless it was served. */
export async function runRow({ resource, row, engine, seconds }: Run): Promise<void> {
  await using started = await startTarget(row, engine);
  const { target, surroundings } = started;
  await using modest = new ModestClient(target, surroundings?.modest ?? row.modest);
  const alone = await modest.measure(AbortSignal.timeout(ALONE_MS));
  expect(alone.flatMap(({ name, refused }) => refused.map((text) => `${name}: ${text}`))).toEqual([]);

  await surroundings?.begin?.(target);
  using memory = new MemoryWatch(started.pid);
  const part = { target, isLong: seconds >= LONG_SECONDS };
  await using greedy = new GreedyProcess(resource, ROWS[resource].indexOf(row), part);
  await greedy.begun();
  await using delay = new MachineDelay();
  const ending = new AbortController();
  const measuring = modest.measure(ending.signal);
  const lastsMs = Math.max(seconds * 1000, (row.secondsMin ?? 0) * 1000, (row.waitMaxMs ?? WAIT_MAX_MS) + LONGER_MS);
  await Bun.sleep(lastsMs);
  const statuses = await greedy.end();
  await Bun.sleep(AFTERWARDS_MS);
  ending.abort();
  const beside = await measuring;
  const delayMs = await delay.allowanceMs();

  const growthBytes = memory.growthBytes;
  console.log(figures(`${resource}, ${engine}: ${row.name}`, beside, statuses, growthBytes));
  if (delayMs > DATABASE_MS)
    console.log(`    the machine is busy: an idle process waits ${Math.round(delayMs)} ms too`);
  const troubles = beside.flatMap((served, index) => troublesOf(served, alone[index], { row, engine, delayMs }));
  for (const status of row.never ?? []) {
    if (statuses[status] !== undefined) troubles.push(`the greedy client was answered ${status} as well`);
  }
  if (row.refusedWith !== undefined && statuses[row.refusedWith] === undefined) {
    troubles.push(`the greedy client was never answered ${row.refusedWith}`);
  }
  if (row.growthBytesMax !== undefined && growthBytes > row.growthBytesMax) {
    troubles.push(`the server grew by ${Math.round(growthBytes / MEGABYTE)} MB`);
  }
  expect(troubles).toEqual([]);
  await surroundings?.check?.({ statuses, seconds: lastsMs / 1000 });
}

interface Beside extends Pick<Run, "row" | "engine"> {
  readonly delayMs: number;
}

function troublesOf(
  { name, worstMs, refused }: Served,
  alone: Served | undefined,
  { row, engine, delayMs }: Beside,
): string[] {
  const allowedMs = Math.max(row.waitMaxMs ?? WAIT_MAX_MS, FACTOR * (alone?.worstMs ?? 0)) + delayMs;
  const waited = worstMs > allowedMs ? [`${name}: waited ${worstMs} ms of ${Math.round(allowedMs)} ms`] : [];
  // A database that waits this long for the processor cannot answer within a server's second.
  const isExcused = (text: string): boolean => engine === "mysql" && delayMs > DATABASE_MS && text.startsWith("503 ");
  return [...waited, ...refused.filter((text) => !isExcused(text)).map((text) => `${name}: ${text}`)];
}

function figures(title: string, beside: readonly Served[], statuses: object, growthBytes: number): string {
  const served = beside.map(({ name, calls, worstMs }) => `${name} ${calls} × at most ${worstMs} ms`);
  const greedy = Object.entries(statuses).map(([status, count]) => `${count} × ${status}`);
  return `  ${title}\n    ${served.join(", ")}; greedy: ${greedy.join(", ")}; ${Math.round(growthBytes / MEGABYTE)} MB more`;
}
