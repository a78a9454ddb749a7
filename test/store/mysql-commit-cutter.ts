import type { Socket } from "node:net";
import { type Passage, TcpRelay } from "../harness/tcp-relay.ts";

/**
 * The fate of the next commits.
 * - lost: the connection ends before the commit arrives.
 * - unanswered: the commit arrives, and the connection ends before its answer does.
 * - silent: the commit arrives, and no connection gets an answer any more.
 */
export type Cut = "lost" | "unanswered" | "silent";

/** COM_QUERY, and the beginning of its text; the rest follows in the same packet. */
const COMMIT = Buffer.from("\x03COMMIT");

/** A network in front of a database that fails at the one moment that leaves the outcome unknown. */
export class CommitCutter extends TcpRelay {
  #cut: Cut | undefined;
  #left = 0;
  #isSilent = false;
  /** To clients that are not to get the next answer. */
  readonly #unanswered = new WeakSet<Socket>();

  /** The number of requested failures still to come. */
  get left(): number {
    return this.#left;
  }

  next(cut: Cut, count = 1): void {
    this.#cut = cut;
    this.#left = count;
  }

  /** Lets everything pass again, on new connections. */
  mend(): void {
    this.#left = 0;
    this.#isSilent = false;
    this.endAll();
  }

  protected question({ near, far }: Passage, chunk: Buffer): void {
    if (this.#isSilent) return;
    const cut = this.#left > 0 && chunk.includes(COMMIT) ? this.#cut : undefined;
    if (cut !== undefined) this.#left -= 1;
    if (cut === "lost") {
      near.destroy();
      return;
    }
    far.write(chunk);
    if (cut === "unanswered") this.#unanswered.add(near);
    if (cut === "silent") this.#isSilent = true;
  }

  protected answer({ near }: Passage, chunk: Buffer): void {
    if (this.#unanswered.has(near)) near.destroy();
    else if (!this.#isSilent) near.write(chunk);
  }
}
