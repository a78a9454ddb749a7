const TIMEOUT_MS = 2000;
const BYTES_MAX = 262_144;

export interface FetchedJson {
  readonly status: number;
  readonly value: unknown;
}

/** What an address answers, within two seconds and 256 KB; no redirects. Rejects when that is no JSON. */
export async function fetchAnswer(url: string, headers: Readonly<Record<string, string>> = {}): Promise<FetchedJson> {
  const response = await fetch(url, { headers, redirect: "error", signal: AbortSignal.timeout(TIMEOUT_MS) });
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > BYTES_MAX) throw new Error(`${url} answered more than ${BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return { status: response.status, value: JSON.parse(Buffer.concat(chunks).toString("utf8")) };
}

/** The same, and rejects when the answer is no 200. */
export async function fetchJson(url: string): Promise<unknown> {
  const { status, value } = await fetchAnswer(url);
  if (status !== 200) throw new Error(`${url} answered ${status}`);
  return value;
}
