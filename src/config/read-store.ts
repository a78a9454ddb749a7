import type { ConfiguredStore } from "./config.ts";
import { Secret } from "./secret.ts";

/**
 * Parses the address of a store. A string is the error, and contains no password.
 * @param password given apart from the address
 */
export type StoreReader = (
  url: string,
  password: string | undefined,
) => { /** The address without the password. */ readonly text: string; readonly password: string } | string;

interface GivenStore {
  readonly url: string | undefined;
  readonly password: Secret | undefined;
  /** Whether the address was given on the command line. */
  readonly isFlag: boolean;
}

const ON_COMMAND_LINE =
  "must hold no password: command lines are seen by every user of a machine; " +
  "use USERMETA_STORE_PASSWORD_FILE or the environment";

/** A string is the error. */
export function readStore({ url, password, isFlag }: GivenStore, reader: StoreReader): ConfiguredStore | string {
  const given = password?.reveal();
  const read = reader(url ?? "", given);
  if (typeof read === "string") return read;
  if (isFlag && given === undefined && read.password !== "") return ON_COMMAND_LINE;
  return { text: read.text, password: read.password === "" ? undefined : new Secret(read.password) };
}
