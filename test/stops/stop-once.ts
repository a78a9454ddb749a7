import { expect } from "bun:test";
import { readFileSync } from "node:fs";
import { openStore, type StoreLocation } from "../../src/store/open.ts";
import { name } from "../contract/open-for-test.ts";
import { eventually } from "../harness/eventually.ts";
import type { Chance } from "../harness/hostile-request.ts";
import { MachineDelay } from "../harness/machine-delay.ts";
import { APP_KEY, UsermetaProcess } from "../harness/usermeta-process.ts";
import { SetLoad } from "./set-load.ts";
import { sleep } from "./sleep.ts";
import type { StopState } from "./stop-state.ts";

/** docs/OPERATIONS.md § Stop. */
const ENDED_WITHIN_MS = 9000;
/** The range of the random moments: a start takes about as long, and so does the drain of a stop. */
const START_MS = 800;
const SERVING_MS = 300;
const AFTER_MS = 100;
const SETTLED_MS = 30_000;
/** Even on a starved machine this distinguishes a process that stays forever from a slow one. */
const ALLOWANCE_MAX_MS = 10_000;
/** The limits of the parts leave little of the total limit. */
const IS_STARVED_MS = 1000;
const SIGTERM = 15;

export interface Stopped {
  readonly ms: number;
  readonly allowanceMs: number;
  readonly acknowledged: number;
}

/** Starts a server in this state, stops it at some moment, and checks all guarantees. */
export async function stopOnce(state: StopState, workers: number, chance: Chance): Promise<Stopped> {
  await using prepared = await state.prepare(chance);
  await using delay = new MachineDelay();
  await using server = new UsermetaProcess(prepared.store, {
    ...prepared.settings,
    USERMETA_WORKERS: `${Math.max(workers, state.workersMin ?? 1)}`,
  });
  let load: SetLoad | undefined;
  if (state.isStarting) {
    await eventually(async () => expect(hearsStop(server.pid)).toBe(true), SETTLED_MS);
    await prepared.before?.(server);
    await sleep(chance() * START_MS);
  } else {
    load = new SetLoad(await server.origin());
    await load.begun;
    await prepared.before?.(server);
    await sleep(chance() * SERVING_MS);
  }
  const from = performance.now();
  const ended = server.end("SIGTERM");
  await sleep(chance() * AFTER_MS);
  await prepared.after?.();
  const code = await ended;
  const ms = performance.now() - from;
  const allowanceMs = Math.min(await delay.allowanceMs(), ALLOWANCE_MAX_MS);
  await load?.end();
  await server.allLogged;
  expect({ code, last: JSON.parse(server.log.split("\n").at(-1) ?? "{}").event, log: server.log }).toEqual({
    code: 0,
    last: "stopped",
    log: server.log,
  });
  expect(ms).toBeLessThan(ENDED_WITHIN_MS + allowanceMs);
  // A starved process may leave more open.
  if (allowanceMs < IS_STARVED_MS) {
    const left = leftOpen(server.log).filter((part) => !(state.leavesOpen?.test(part) ?? false));
    expect({ left, log: server.log }).toEqual({ left: [], log: server.log });
    prepared.checkClosed?.();
  }
  await prepared.restore?.();
  if (load !== undefined) await checkStored(prepared.location, load);
  await prepared.check?.();
  return { ms, allowanceMs, acknowledged: [...(load?.acknowledged.values() ?? [])].reduce((sum, one) => sum + one, 0) };
}

function leftOpen(log: string): readonly string[] {
  return log.split("\n").flatMap((line) => /"event":"leftOpen","part":"([^"]*)"/.exec(line)?.[1] ?? []);
}

/** Its handlers are installed; before, the runtime has not begun to read the program. */
function hearsStop(pid: number): boolean {
  if (process.platform !== "linux") return true;
  const caught = /^SigCgt:\s*([0-9a-f]+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "0";
  return ((BigInt(`0x${caught}`) >> BigInt(SIGTERM - 1)) & 1n) === 1n;
}

async function checkStored(location: StoreLocation, { asked, acknowledged }: SetLoad): Promise<void> {
  await using store = await eventually(() => openStore(location), SETTLED_MS);
  const app = (await store.apps()).find(({ key }) => key === APP_KEY);
  for (const [user, number] of acknowledged) {
    const stored = await store.attributes(app?.number ?? 0, name(user));
    const found = Number(JSON.parse(stored?.json ?? "{}").number ?? 0);
    expect(found).toBeGreaterThanOrEqual(number);
    expect(found).toBeLessThanOrEqual(asked.get(user) ?? 0);
  }
}
