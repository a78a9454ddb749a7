import { createSocket } from "node:dgram";
import { once } from "node:events";

const HEADER_BYTES = 12;
const IPV4 = 1;

/** A DNS server that resolves every name to 127.0.0.1, and to no IPv6 address. */
export async function startNameServer(): Promise<{ readonly port: number } & AsyncDisposable> {
  const socket = createSocket("udp4");
  socket.on("message", (query, { address, port }) => socket.send(answerTo(query), port, address));
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return {
    port: socket.address().port,
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => socket.close(() => resolve()));
    },
  };
}

/** RFC 1035 § 4: the query's id and question, and an address record unless the question asks for another kind. */
function answerTo(query: Buffer): Buffer {
  const end = query.indexOf(0, HEADER_BYTES) + 5;
  const question = query.subarray(HEADER_BYTES, end);
  const isAddress = query.readUInt16BE(end - 4) === IPV4;
  const counts = [0, 1, 0, isAddress ? 1 : 0, 0, 0, 0, 0];
  const head = Buffer.from([...query.subarray(0, 2), 0x81, 0x80, ...counts]);
  // The name by reference to the question, type A, class IN, 60 seconds, four bytes.
  const record = Buffer.from([0xc0, HEADER_BYTES, 0, IPV4, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1]);
  return Buffer.concat(isAddress ? [head, question, record] : [head, question]);
}
