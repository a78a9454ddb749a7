import { connect } from "node:net";

export interface Answer {
  readonly status: number;
  /** The status line and the headers, without the empty line after them. */
  readonly head: string;
  readonly body: string;
}

const HEAD_END = "\r\n\r\n";

/** Sends exactly these bytes over a separate connection and returns the answer, which must declare its length. */
export async function ask(port: number, request: string): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const socket = connect({ port, host: "127.0.0.1" });
  const received: Buffer[] = [];
  socket.on("error", reject);
  socket.on("connect", () => socket.write(request));
  socket.on("data", (chunk) => {
    received.push(Buffer.from(chunk));
    const answer = completeAnswer(Buffer.concat(received));
    if (answer === undefined) return;
    socket.destroy();
    resolve(answer);
  });
  socket.on("close", () => reject(new Error(`port ${port} closed the connection before it had answered`)));
  return await promise;
}

function completeAnswer(bytes: Buffer): Answer | undefined {
  const headEnd = bytes.indexOf(HEAD_END);
  if (headEnd < 0) return undefined;
  const head = bytes.toString("latin1", 0, headEnd);
  const status = Number(head.split(" ")[1]);
  // That one never has a body.
  const isEmpty = status === 304;
  const length = isEmpty ? 0 : Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? Number.NaN);
  if (Number.isNaN(length)) throw new Error(`an answer without a length:\n${head}`);
  const body = bytes.subarray(headEnd + HEAD_END.length);
  return body.length < length ? undefined : { status, head, body: body.toString("utf8") };
}
