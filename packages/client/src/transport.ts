import { checkToken } from "./check-token.ts";
import { checkUrl } from "./check-url.ts";
import { pause, reasonOf, timeLimit, unlessAborted } from "./pause.ts";
import { reasonText } from "./reason-text.ts";
import { type ErrorBody, isUnclear, UsermetaError } from "./usermeta-error.ts";

/** A token, or what gives one; asked again, with true, when the server has refused the last one. */
export type Token = string | ((isRefused: boolean) => string | Promise<string>);

export interface TransportOptions {
  /** Of the app: `https://chat.example.com/org/app`. */
  readonly url: string;
  readonly token: Token;
  readonly fetch?: typeof globalThis.fetch;
  /** How often a call is tried in all; 5 when left out. */
  readonly tries?: number;
  /** How long one try may take, ms; 10,000 when left out. */
  readonly timeoutMs?: number;
  /** For how long a call is tried at most, pauses included, ms; 30,000 when left out. */
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
  /** Whether it may be done twice: then it is tried again when no answer came, and when another has overtaken it. */
  readonly isRepeatable: boolean;
}

export interface Answered<Body> {
  readonly body: Body;
  readonly etag: string | undefined;
}

export type Transport = <Body>(asked: Asked) => Promise<Answered<Body>>;

const PAUSE_MS = 200;
const PAUSE_MAX_MS = 10_000;

/** Calls the server, and calls again by the book: never sooner than it says, never all clients in the same moment. */
export function createTransport(options: TransportOptions): Transport {
  const { token, tries = 5, timeoutMs = 10_000, patienceMs = 30_000 } = options;
  const base = checkUrl(options.url);
  if (typeof token !== "function") checkToken(token || undefined, "createClient: token");
  // Called as a function of nobody's: browsers refuse it as a method of something else.
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
      // Of undefined this is undefined: then no body is sent.
      body: JSON.stringify(body),
      signal,
    });
    const answer: unknown = await response.json().catch((error) => {
      // An answer that breaks off says nothing. An error that is no JSON, from a proxy on the way, has its status.
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
      // What fails here has nothing to do with the server: the caller gets it as it is.
      const bearer =
        typeof token === "string"
          ? token
          : checkToken(await unlessAborted(Promise.resolve(token(isRefused)), asked.signal), "token()");
      isRefused = false;
      const limit = timeLimit(timeoutMs, asked.signal);
      try {
        const { response, answer } = await once(asked, bearer, limit.signal);
        const body = answer as Body & ErrorBody; // as the caller says it is
        const { status } = response;
        if (status === 200) return { body, etag: response.headers.get("etag") ?? undefined };
        failure = new UsermetaError(status, body);
        // The server refuses so only what it has not stored and never will. What a proxy knows of that is its secret.
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

/** A good token of somebody who may not do this, says the server: another one would be no better. */
function lacksRight({ error, error_description: text }: ErrorBody): boolean {
  return error === "metadata_error" || text === "unauthorized";
}

/** @param value seconds, a date, or nothing */
function retryAfterMs(value: string): number {
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Math.max(0, ms || 0);
}
