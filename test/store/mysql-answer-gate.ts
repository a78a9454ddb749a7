import type { Socket } from "node:net";
import { type Passage, TcpRelay } from "../harness/tcp-relay.ts";

/** A network in front of a database, which can hold back the database's answers while queries still arrive. */
export class AnswerGate extends TcpRelay {
  /** The answers to hold back; undefined = none. */
  #kept: { readonly to: Socket; readonly chunk: Buffer }[] | undefined;
  #answered = Promise.withResolvers<void>();

  /** From now on; resolves when the first answer was held back. */
  keep(): { readonly answered: Promise<void> } {
    this.#kept = [];
    this.#answered = Promise.withResolvers<void>();
    return { answered: this.#answered.promise };
  }

  release(): void {
    const kept = this.#kept ?? [];
    this.#kept = undefined;
    for (const { to, chunk } of kept) to.write(chunk);
  }

  protected question({ far }: Passage, chunk: Buffer): void {
    far.write(chunk);
  }

  protected answer({ near }: Passage, chunk: Buffer): void {
    if (this.#kept === undefined) near.write(chunk);
    else {
      this.#kept.push({ to: near, chunk });
      this.#answered.resolve();
    }
  }
}
