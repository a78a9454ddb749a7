import { connectRaw, type RawConnection } from "./raw.ts";

/** A request whose body is announced but sent only in part, or not at all. */
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

/** Whether the answer is still pending although the server has answered other requests meanwhile. */
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
