import { OperatorError } from "../../core/faults/operator-error.ts";

const TIMEOUT_MS = 2000;
const BYTES_MAX = 262_144;

export interface FetchedText {
  readonly status: number;
  readonly text: string;
}

/** Fetches a URL. Rejects after two seconds, for more than 256 KB, and for a redirect. */
export async function fetchAnswer(url: string, headers: Readonly<Record<string, string>> = {}): Promise<FetchedText> {
  const response = await fetch(url, { headers, redirect: "error", signal: AbortSignal.timeout(TIMEOUT_MS) });
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > BYTES_MAX) throw new OperatorError(`${new URL(url).origin} answered more than ${BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return { status: response.status, text: Buffer.concat(chunks).toString("utf8") };
}

/** As `fetchAnswer`; also rejects if the status is not 200 or the body is not JSON. */
export async function fetchJson(url: string): Promise<unknown> {
  const { status, text } = await fetchAnswer(url);
  if (status !== 200) throw new OperatorError(`${new URL(url).origin} answered ${status}`);
  return JSON.parse(text);
}
