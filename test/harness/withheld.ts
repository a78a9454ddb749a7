import { connectRaw, type RawConnection } from "./raw.ts";

/** A request whose body is announced and not sent, or only its beginning. */
export interface Withheld {
  readonly method: string;
  readonly path: string;
  readonly token?: string | undefined;
  readonly announced: number | "chunked";
  readonly sent?: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
}

/** @param origin `http://host:port` */
export async function withhold(origin: string, withheld: Withheld): Promise<RawConnection> {
  const { method, path, token, announced, sent = "", headers = [] } = withheld;
  const connection = await connectRaw(origin);
  const framing =
    announced === "chunked"
      ? (["Transfer-Encoding", "chunked"] as const)
      : (["Content-Length", `${announced}`] as const);
  const bearer = token === undefined ? [] : [["Authorization", `Bearer ${token}`] as const];
  connection.request(method, path, { headers: [framing, ...bearer, ...headers], body: sent });
  return connection;
}

/** Whether an answer is still waited for when the server has had its time: it has answered others meanwhile. */
export async function isPending(origin: string, answer: Promise<unknown>): Promise<boolean> {
  let isSettled = false;
  const settle = (): void => {
    isSettled = true;
  };
  const settled = answer.then(settle, settle);
  await using other = await connectRaw(origin);
  for (let turn = 0; turn < 5; turn++) await Promise.race([settled, other.call("GET", "/-/health")]);
  return !isSettled;
}
