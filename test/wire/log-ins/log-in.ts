import { type Answer, send } from "../../harness/client.ts";
import { from } from "../../harness/from-address.ts";

interface LogIn {
  readonly address: string;
  readonly username: string;
  readonly password: string;
  readonly token?: string;
}

/** A log-in by password, as from that address. */
export function logIn(base: string, { address, username, password, token }: LogIn): Promise<Answer> {
  const json = { grant_type: "password", username, password };
  return send("POST", `${base}/token`, { headers: from(address), json, token });
}

/** The wait that a 429 asks for, s; undefined for any other answer. */
export function waitSeconds({ status, headers }: Answer): number | undefined {
  return status === 429 ? Number(headers.get("retry-after")) : undefined;
}

/** Makes `count` things, one after the other. */
export async function oneByOne<T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  for (let index = 0; index < count; index++) made.push(await make(index));
  return made;
}
