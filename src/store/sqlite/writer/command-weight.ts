import { type Asker, account } from "../../../core/admission/asker.ts";
import type { AttributesWrite } from "../../../core/ports/attribute-store.ts";
import type { NumberedCommand } from "./writer-messages.ts";

/** The overhead of a command: the request that waits for it, and its messages between threads. */
const COMMAND_BYTES = 1024;
/** A user who is created or removed. */
const USER_BYTES = 256;

/** Approximate memory of a command in flight, in bytes. */
export function commandWeight(command: NumberedCommand): number {
  switch (command[1]) {
    case "writeAttributes":
      return COMMAND_BYTES + Math.max(command[6].length, command[7]);
    case "writeAttributesOf":
      return command[2].reduce((sum, write) => sum + COMMAND_BYTES + attributesBytes(write), 0);
    case "insertUsers":
    case "deleteUsers":
      return COMMAND_BYTES + command[3].length * USER_BYTES;
    case "probe":
      // A busy server can still write: a full queue must not make it look broken.
      return 0;
    default:
      return COMMAND_BYTES;
  }
}

/**
 * UTF-8 bytes or UTF-16 units, whichever is more: escapes make the JSON text longer. A string takes no more than that.
 */
function attributesBytes({ json, bytes }: AttributesWrite): number {
  return Math.max(json.length, bytes);
}

/** Who shares room fairly: apps with each other, and an app's users with each other. */
export function commandAsker(command: NumberedCommand): Asker {
  switch (command[1]) {
    case "writeAttributes":
    case "clearAttributes":
    case "changeUser":
      return askerOf(command[2], command[3]);
    case "writeAttributesOf":
      return askerOf(command[2][0]?.app ?? 0, undefined);
    case "insertUsers":
    case "deleteUsers":
    case "changeApp":
    case "deleteApp":
      return askerOf(command[2], undefined);
    default:
      return { address: "" };
  }
}

function askerOf(number: number, name: string | undefined): Asker {
  return { address: `${number}`, account: account({ number }, name) };
}
