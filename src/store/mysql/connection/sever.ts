import type { Socket } from "node:net";
import type { Connection } from "mysql2";
import { GivenUp } from "./errors.ts";

/**
 * Ends a connection at once. What was asked of it and is not answered rejects with `GivenUp`.
 *
 * The driver's own `destroy` does neither: it sends the end of the stream and waits for the database to send its own. A
 * database that is frozen or cut off never does, so the socket would keep the process alive, and the calls would wait
 * forever.
 */
export function sever(connection: Connection): void {
  // as: the driver has it on every connection to a host, and its types leave it out
  const { stream } = connection as unknown as { readonly stream: Socket };
  stream.destroy(new GivenUp());
}
