import type { Socket } from "node:net";
import type { Connection } from "mysql2";
import { ConnectionDropped } from "./errors.ts";

/**
 * Closes a connection immediately. Calls in flight reject with `ConnectionDropped`.
 *
 * The driver's own `destroy` does neither: it sends the end of the stream and waits for the database to do the same. A
 * database that is frozen or cut off never does, so the socket would keep the process alive and the calls would wait
 * forever.
 */
export function destroyConnection(connection: Connection): void {
  // as: the driver has it on every connection to a host, and its types leave it out
  const { stream } = connection as unknown as { readonly stream: Socket };
  stream.destroy(new ConnectionDropped());
}
