import { StoreError } from "../../store-error.ts";
import type { Commands } from "../commands.ts";
import type { Connection } from "../connection.ts";
import type { SharedState } from "../shared-state.ts";
import type { Claim } from "./claim.ts";
import { ClientQueue } from "./client-queue.ts";
import { begin, commitTogether } from "./group-commit.ts";
import { type NumberedCommand, sentFault } from "./writer-messages.ts";

interface WriteLoopNeeds {
  readonly connection: Connection;
  readonly shared: SharedState;
  readonly table: Commands;
  /** Why the file that is open is not the store any more, if it is not. */
  readonly loss: () => StoreError | undefined;
  /** Why nothing may be written at present. */
  readonly refusal: () => StoreError | undefined;
  /** Why a large set could not be written; asked while no transaction is open, whenever somebody probes. */
  readonly lackOfRoom: () => StoreError | undefined;
  /** To be called after each transaction. */
  readonly onCommitted: () => void;
}

/** A command that is begun: it will be answered. */
interface Begun {
  readonly client: ClientQueue;
  readonly command: NumberedCommand;
}

/** Part of the commands that were undone together, to be run again by itself. */
interface Again {
  readonly commands: readonly Begun[];
  /** By now the lock must be had, or they are answered that nothing was stored; as of `performance.now`. */
  readonly endsAtMs: number;
  /** See `Undone`. */
  readonly isInDoubt: boolean;
}

/** Attributes that one transaction may hold, so that no client waits for all that the others have. */
const TRANSACTION_BYTES_MAX = 4_194_304;
/** After which a lock that another process holds is tried for again; this thread hears its clients meanwhile. */
const LOCKED_RETRY_MS = 15;
const AGAIN_MAX_MS = 500;

/**
 * Transaction after transaction of what the clients send. While one waits for the disk, what arrives queues up in the
 * thread's mailbox, and the next takes all of it. Nothing is begun before the write lock is there, so that a client can
 * take back what waits for it.
 */
export class WriteLoop {
  readonly #needs: WriteLoopNeeds;
  readonly #clients: ClientQueue[] = [];
  readonly #again: Again[] = [];
  #isDue = false;
  /** The client that comes first in the next transaction. */
  #turn = 0;
  #wasAgain = false;
  /** For those who probe in the next transaction. */
  #lackOfRoom: StoreError | undefined;

  constructor(needs: WriteLoopNeeds) {
    this.#needs = needs;
  }

  serve(port: MessagePort, claim: Claim): void {
    const client = new ClientQueue(port, claim);
    this.#clients.push(client);
    port.onmessage = ({ data }: { readonly data: readonly NumberedCommand[] }) => {
      client.receive(data);
      this.#soon();
    };
  }

  /** After the messages that are in the mailbox already, so that they join. */
  #soon(): void {
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
      this.#giveUp(fault);
      this.#isDue = true;
      setTimeout(() => this.#run(), LOCKED_RETRY_MS);
      return;
    }
    this.#commit(fault);
    if (this.#again.length > 0 || this.#clients.some((client) => client.isWaiting)) this.#soon();
  }

  /** @param fault why there is no transaction; the others would meet the same, so that it is the answer to all */
  #commit(fault: StoreError | undefined): void {
    const waiting = this.#clients.filter((client) => client.isWaiting);
    // In turns, so that neither those that fail nor those that come new hold up the others.
    const again = waiting.length === 0 || !this.#wasAgain ? this.#again.shift() : undefined;
    this.#wasAgain = again !== undefined;
    const group = again?.commands ?? this.#begun(waiting);
    const isInDoubt = again?.isInDoubt ?? false;
    if (fault !== undefined) fail(group, fault, isInDoubt);
    // They were taken back in the meantime.
    else if (group.length === 0) this.#needs.connection.rollback();
    else this.#carryOut(group, isInDoubt);
    const touched = again === undefined ? waiting : new Set(group.map(({ client }) => client));
    for (const client of touched) client.answer();
    this.#needs.onCommitted();
  }

  #begun(waiting: readonly ClientQueue[]): readonly Begun[] {
    const bytesMax = TRANSACTION_BYTES_MAX / waiting.length;
    this.#turn += 1;
    return waiting.flatMap((_, index) => {
      const client = waiting[(index + this.#turn) % waiting.length];
      if (client === undefined) return [];
      return client.begin(bytesMax, index === 0).map((command) => ({ client, command }));
    });
  }

  #carryOut(group: readonly Begun[], isInDoubt: boolean): void {
    const outcome = commitTogether(
      this.#needs,
      group.map(({ command }) => command),
    );
    if (!("undone" in outcome)) {
      // The disk has it, but in a file that nobody may find again: nothing is promised.
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
    const { undone } = outcome;
    const inDoubt = isInDoubt || outcome.isInDoubt;
    if (group.length === 1) {
      fail(group, undone, inDoubt);
      return;
    }
    // In halves, so that only those fail which fail alone, and those that fail are found in few transactions.
    const half = Math.ceil(group.length / 2);
    const rest = { endsAtMs: performance.now() + AGAIN_MAX_MS, isInDoubt: inDoubt };
    for (const commands of [group.slice(0, half), group.slice(half)]) this.#again.push({ ...rest, commands });
  }

  /** Those that have been undone and find the lock taken wait for it no longer than others. */
  #giveUp(fault: StoreError): void {
    while (this.#again[0] !== undefined && this.#again[0].endsAtMs < performance.now()) {
      const { commands, isInDoubt } = this.#again[0];
      this.#again.shift();
      fail(commands, fault, isInDoubt);
      for (const client of new Set(commands.map(({ client: each }) => each))) client.answer();
    }
  }
}

function fail(group: readonly Begun[], { fault, message, cause, nothingStored }: StoreError, isInDoubt: boolean): void {
  const sent = sentFault(new StoreError(fault, message, cause, nothingStored && !isInDoubt));
  for (const { client, command } of group) client.failed(command, sent);
}
