import type { Socket } from "node:net";
import { type Passage, TcpRelay } from "../harness/tcp-relay.ts";

/** How bytes are treated. refuse: connections end immediately. swallow: nothing arrives, and nothing ends. */
export type GateState = "open" | "refuse" | "swallow";

/** The network in front of one database. */
export class TcpGate extends TcpRelay {
  #state: GateState = "open";
  /** Bytes arrive this much later, in either direction. */
  delayMs = 0;

  set(state: GateState): void {
    this.#state = state;
    // Swallowed bytes never arrive: like on a cut network, unlike on a slow one.
    if (state !== "swallow") this.endAll();
  }

  protected override join(near: Socket): void {
    if (this.#state === "refuse") near.destroy();
    else super.join(near);
  }

  protected question({ far }: Passage, chunk: Buffer): void {
    this.#pass(far, chunk);
  }

  protected answer({ near }: Passage, chunk: Buffer): void {
    this.#pass(near, chunk);
  }

  #pass(to: Socket, chunk: Buffer): void {
    if (this.#state !== "open") return;
    if (this.delayMs === 0) to.write(chunk);
    else setTimeout(() => to.write(chunk), this.delayMs);
  }
}
