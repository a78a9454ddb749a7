import type { CopyProgress } from "../../store/transfer/copy-store.ts";
import type { CommandContext } from "../terminal/command-context.ts";

const BAR_WIDTH = 24;
const BAR_EVERY_MS = 100;
const LINE_EVERY_MS = 10_000;
/** Moves to the beginning of the line and clears it. */
const REWRITE = "\r\u001b[K";

type Counted = Extract<CopyProgress, { total: number }>;

/** Shows the progress of a copy: a bar on a terminal, otherwise a line every LINE_EVERY_MS. */
export class CopyProgressReport implements Disposable {
  readonly #stderr: CommandContext["stderr"];
  readonly #target: string;
  #phase: Counted["phase"] | undefined;
  #phaseBegan = 0;
  #shownAt = 0;
  #isBarOpen = false;

  constructor(stderr: CommandContext["stderr"], target: string) {
    this.#stderr = stderr;
    this.#target = target;
  }

  tell(progress: CopyProgress): void {
    if (progress.phase === "cleared") {
      this.#stderr.write(`removed from ${this.#target} what an earlier copy or deleted apps had left\n`);
      return;
    }
    const now = performance.now();
    if (progress.phase !== this.#phase) {
      this[Symbol.dispose]();
      this.#phase = progress.phase;
      this.#phaseBegan = this.#shownAt = now;
    }
    const every = this.#stderr.isTTY ? BAR_EVERY_MS : LINE_EVERY_MS;
    const isEnd = this.#stderr.isTTY && progress.done === progress.total;
    if (now - this.#shownAt < every && !isEnd) return;
    this.#shownAt = now;
    this.#show(progress, (now - this.#phaseBegan) / 1000);
  }

  /** Ends the line of the bar, which stays on the screen. */
  [Symbol.dispose](): void {
    if (this.#isBarOpen) this.#stderr.write("\n");
    this.#isBarOpen = false;
  }

  #show({ phase, done, total }: Counted, seconds: number): void {
    const rate = seconds > 0 ? Math.round(done / seconds) : 0;
    const left = rate > 0 ? Math.ceil(Math.max(0, total - done) / rate) : undefined;
    const text = `${done} of ${total} users, ${rate}/s, ${left === undefined ? "?" : timeText(left)} left`;
    if (!this.#stderr.isTTY) {
      this.#stderr.write(`${phase}: ${text}\n`);
      return;
    }
    this.#isBarOpen = true;
    this.#stderr.write(`${REWRITE}${phase.padEnd("verifying".length)} ${bar(done, total)} ${text}`);
  }
}

function bar(done: number, total: number): string {
  const full = total === 0 ? BAR_WIDTH : Math.min(BAR_WIDTH, Math.floor((done / total) * BAR_WIDTH));
  return `[${"#".repeat(full)}${"-".repeat(BAR_WIDTH - full)}]`;
}

function timeText(seconds: number): string {
  return seconds < 100 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
}
