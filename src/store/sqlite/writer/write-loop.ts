import { StoreError } from "../../store-error.ts";
import type { Commands } from "../commands/commands.ts";
import type { Connection } from "../connection/connection.ts";
import type { SharedState } from "../shared-state.ts";
import type { Claim } from "./claim.ts";
import { ClientQueue } from "./client-queue.ts";
import { begin, commitBatch } from "./group-commit.ts";
import { type NumberedCommand, sentFault } from "./writer-messages.ts";

interface WriteLoopNeeds {
  readonly connection: Connection;
  readonly shared: SharedState;
  readonly table: Commands;
  /** Why the open file is not the store any more, if so. */
  readonly loss: () => StoreError | undefined;
  /** Why nothing may be written now. */
  readonly refusal: () => StoreError | undefined;
  /** Why a large set could not be written. Called for probes, while no transaction is open. */
  readonly lackOfRoom: () => StoreError | undefined;
  /** Called after each transaction. */
  readonly onCommitted: () => void;
}

/** A command that has started: it will be answered. */
interface Started {
  readonly client: ClientQueue;
  readonly command: NumberedCommand;
}

/** Part of a batch that was rolled back, to be rerun on its own. */
interface Rerun {
  readonly commands: readonly Started[];
  /** If the lock is not free by then, the commands are answered that nothing was stored; as of `performance.now`. */
  readonly endsAtMs: number;
  /** See `RolledBack`. */
  readonly isInDoubt: boolean;
}

/** Attributes per transaction, so that no client waits for all that the others have sent. */
const TRANSACTION_BYTES_MAX = 4_194_304;
/** When to retry a lock that another process holds; this thread receives messages meanwhile. */
const LOCKED_RETRY_MS = 15;
const RERUN_MAX_MS = 500;

/**
 * The writer's loop: one transaction (group commit) after another. While one waits for the disk, messages queue in the
 * thread's mailbox, and the next transaction takes all of them. No command starts before the write lock is held, so
 * that a client can withdraw commands that wait for it.
 */
export class WriteLoop {
  readonly #needs: WriteLoopNeeds;
  readonly #clients: ClientQueue[] = [];
  readonly #reruns: Rerun[] = [];
  #isDue = false;
  /** The client that goes first in the next transaction. */
  #turn = 0;
  #wasRerun = false;
  /** The result for probes in the next transaction. */
  #lackOfRoom: StoreError | undefined;

  constructor(needs: WriteLoopNeeds) {
    this.#needs = needs;
  }

  serve(port: MessagePort, claim: Claim): void {
    const client = new ClientQueue(port, claim);
    this.#clients.push(client);
    port.onmessage = ({ data }: { readonly data: readonly NumberedCommand[] }) => {
      client.receive(data);
      this.#scheduleRun();
    };
  }

  /** Runs after the messages that are in the mailbox already, so that they join. */
  #scheduleRun(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => this.#run());
  }

  #run(): void {
    this.#isDue = false;
    const refused = this.#needs.loss() ?? this.#needs.refusal();
    const isProbed = refused === undefined && this.#clients.some((client) => client.isProbing);
    this.#lackOfRoom = isProbed ? this.#needs.lackOfRoom() : undefined;
    const cause = refused ?? (this.#lackOfRoom?.fault === "busy" ? this.#lackOfRoom : undefined);
    const fault = cause ?? begin(this.#needs.connection);
    if (fault?.fault === "busy") {
      this.#failOverdueReruns(fault);
      this.#isDue = true;
      setTimeout(() => this.#run(), LOCKED_RETRY_MS);
      return;
    }
    this.#commit(fault);
    if (this.#reruns.length > 0 || this.#clients.some((client) => client.isWaiting)) this.#scheduleRun();
  }

  /** @param fault why there is no transaction; it is the answer to all commands, because each would meet it */
  #commit(fault: StoreError | undefined): void {
    const waiting = this.#clients.filter((client) => client.isWaiting);
    // Reruns and new commands alternate, so that neither blocks the other.
    const rerun = waiting.length === 0 || !this.#wasRerun ? this.#reruns.shift() : undefined;
    this.#wasRerun = rerun !== undefined;
    const group = rerun?.commands ?? this.#startNext(waiting);
    const isInDoubt = rerun?.isInDoubt ?? false;
    if (fault !== undefined) fail(group, fault, isInDoubt);
    // The commands were withdrawn in the meantime.
    else if (group.length === 0) this.#needs.connection.rollback();
    else this.#runGroup(group, isInDoubt);
    const touched = rerun === undefined ? waiting : new Set(group.map(({ client }) => client));
    for (const client of touched) client.answer();
    this.#needs.onCommitted();
  }

  #startNext(waiting: readonly ClientQueue[]): readonly Started[] {
    const bytesMax = TRANSACTION_BYTES_MAX / waiting.length;
    this.#turn += 1;
    return waiting.flatMap((_, index) => {
      const client = waiting[(index + this.#turn) % waiting.length];
      if (client === undefined) return [];
      return client.begin(bytesMax, index === 0).map((command) => ({ client, command }));
    });
  }

  #runGroup(group: readonly Started[], isInDoubt: boolean): void {
    const outcome = commitBatch(
      this.#needs,
      group.map(({ command }) => command),
    );
    if (!("rolledBack" in outcome)) {
      // The disk has it, but perhaps in a file that is lost: acknowledge nothing.
      const loss = this.#needs.loss();
      if (loss !== undefined) {
        fail(group, loss, true);
        return;
      }
      for (const [index, { client, command }] of group.entries()) {
        const done = outcome[index];
        if (done === undefined) throw new Error("a command has no outcome");
        if (command[1] === "probe" && this.#lackOfRoom !== undefined) {
          client.failed(command, sentFault(this.#lackOfRoom));
        } else client.done(command, done);
      }
      return;
    }
    const { rolledBack } = outcome;
    const inDoubt = isInDoubt || outcome.isInDoubt;
    if (group.length === 1) {
      fail(group, rolledBack, inDoubt);
      return;
    }
    // Rerun in halves: a failing command fails only itself, and is found in few transactions.
    const half = Math.ceil(group.length / 2);
    const rest = { endsAtMs: performance.now() + RERUN_MAX_MS, isInDoubt: inDoubt };
    for (const commands of [group.slice(0, half), group.slice(half)]) this.#reruns.push({ ...rest, commands });
  }

  /** Fails reruns that have waited too long for the lock. */
  #failOverdueReruns(fault: StoreError): void {
    while (this.#reruns[0] !== undefined && this.#reruns[0].endsAtMs < performance.now()) {
      const { commands, isInDoubt } = this.#reruns[0];
      this.#reruns.shift();
      fail(commands, fault, isInDoubt);
      for (const client of new Set(commands.map(({ client: each }) => each))) client.answer();
    }
  }
}

function fail(
  group: readonly Started[],
  { fault, message, cause, nothingStored }: StoreError,
  isInDoubt: boolean,
): void {
  const sent = sentFault(new StoreError(fault, message, cause, nothingStored && !isInDoubt));
  for (const { client, command } of group) client.failed(command, sent);
}
