import { checkToken } from "./check-token.ts";
import { checkUrl } from "./check-url.ts";
import { pause, reasonOf, timeLimit, unlessAborted } from "./pause.ts";
import { reasonText } from "./reason-text.ts";
import { type ErrorBody, isUnclear, UsermetaError } from "./usermeta-error.ts";

/**
 * An access token without `Bearer`, or a function that returns one. The function is called for each try. After the server
 * rejected a token the function is called again, once per call, with true: then it should return a new one.
 */
export type Token = string | ((isRefused: boolean) => string | Promise<string>);

export interface TransportOptions {
  /** The URL of the app: `https://chat.example.com/org/app`, or `https://chat.example.com/app-id/{app id}`. */
  readonly url: string;
  readonly token: Token;
  /** Used in place of the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
  /** How many times a call is tried, the first time included; defaults to 5. */
  readonly tries?: number;
  /** Time limit for one try, ms; defaults to 10,000. */
  readonly timeoutMs?: number;
  /** No try begins later than this after the call, ms; defaults to 30,000. */
  readonly patienceMs?: number;
}

export interface Asked {
  readonly method: string;
  /** Below the app's URL. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** Whether the call may be carried out twice. If so, it is retried after a missing answer and after a conflict. */
  readonly isRepeatable: boolean;
}

export interface Answered<Body> {
  readonly body: Body;
  readonly etag: string | undefined;
}

export type Transport = <Body>(asked: Asked) => Promise<Answered<Body>>;

const PAUSE_MS = 200;
const PAUSE_MAX_MS = 10_000;

/** Calls the server and retries: never before `Retry-After`, and after a random time, so that clients do not retry together. */
export function createTransport(options: TransportOptions): Transport {
  const { token, tries = 5, timeoutMs = 10_000, patienceMs = 30_000 } = options;
  const base = checkUrl(options.url);
  if (typeof token !== "function") checkToken(token || undefined, "createClient: token");
  // Wrapped: browsers reject `fetch` when it is called as a method of another object.
  const ask = options.fetch ?? ((input, init) => globalThis.fetch(input, init));

  async function once(asked: Asked, bearer: string, signal: AbortSignal): Promise<Heard> {
    const { method, path, body, headers } = asked;
    const response = await ask(base + path, {
      method,
      headers: {
        authorization: `Bearer ${bearer}`,
        ...(body !== undefined && { "content-type": `application/${method === "PATCH" ? "merge-patch+" : ""}json` }),
        ...headers,
      },
      // Undefined, and so not sent, if there is no body.
      body: JSON.stringify(body),
      signal,
    });
    const answer: unknown = await response.json().catch((error) => {
      // A truncated answer is no answer. An error without JSON, as from a proxy, still has its status.
      if (response.ok || asked.signal?.aborted) throw error;
    });
    return { response, answer: answer ?? {} };
  }

  return async <Body>(asked: Asked): Promise<Answered<Body>> => {
    const until = Date.now() + patienceMs;
    let isRefused = false;
    let wasRefused = false;
    for (let attempt = 1; ; attempt++) {
      let failure: UsermetaError;
      let mayRepeat: boolean;
      let waitMs = Math.random() * Math.min(PAUSE_MAX_MS, PAUSE_MS * 2 ** attempt);
      // A failure here is not the server's: the caller gets it unchanged.
      const bearer =
        typeof token === "string"
          ? token
          : checkToken(await unlessAborted(Promise.resolve(token(isRefused)), asked.signal), "token()");
      isRefused = false;
      const limit = timeLimit(timeoutMs, asked.signal);
      try {
        const { response, answer } = await once(asked, bearer, limit.signal);
        const body = answer as Body & ErrorBody; // as: the caller names the type
        const { status } = response;
        if (status === 200) return { body, etag: response.headers.get("etag") ?? undefined };
        failure = new UsermetaError(status, body);
        // With these statuses the server says that nothing was stored and nothing will be. A proxy's 503 does not say that.
        const isUndone = status === 429 || (status === 503 && !isUnclear(failure));
        mayRepeat = isUndone || (asked.isRepeatable && (status === 409 || status >= 502));
        if (status === 401 && typeof token !== "string" && !wasRefused && !lacksRight(body)) {
          isRefused = wasRefused = true;
          continue;
        }
        waitMs += retryAfterMs(response.headers.get("retry-after") ?? "");
      } catch (error) {
        if (asked.signal?.aborted) throw reasonOf(asked.signal);
        const cause = limit.timeout ?? error;
        const text = `${asked.method} ${base}${asked.path} failed: ${reasonText(cause)}`;
        failure = new UsermetaError(0, { error_description: text }, cause);
        mayRepeat = asked.isRepeatable;
      } finally {
        limit.end();
      }
      if (!mayRepeat || attempt >= tries || Date.now() + waitMs > until) throw failure;
      await pause(waitMs, asked.signal);
    }
  };
}

interface Heard {
  readonly response: Response;
  readonly answer: unknown;
}

/** The token is valid, but its user lacks the permission. A new token would not help. */
function lacksRight({ error, error_description: text }: ErrorBody): boolean {
  return error === "metadata_error" || text === "unauthorized";
}

/** @param value seconds, a date, or nothing */
function retryAfterMs(value: string): number {
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Math.max(0, ms || 0);
}
