/**
 * A request's bytes as text, head and body, in which `USER` stands for a user drawn at random, `COUNTER` for a number
 * that is new every time, so that each set changes something, and `FURTHER_USER` for one of the users after those of
 * `USER` (wrk only). All have a fixed width, so that a body's length is known before.
 */
export interface Request {
  readonly text: string;
  /** Whether an answer's body is the one wanted: asked once before anything is measured. */
  readonly isAnswer: (body: string) => boolean;
  /** Of that answer; 200 when left out. */
  readonly status?: number;
}

export const USER = "\u0001";
export const COUNTER = "\u0002";
export const FURTHER_USER = "\u0003";

/** Users are called u100000000, u100000001 and so on. */
export const FIRST_USER = 100_000_000;
const FIRST_COUNTER = 10_000_000;
/** Not among the users of a request before it. */
const FIRST_FURTHER = FIRST_USER + 1000;

export function userNameOf(index: number): string {
  return `u${FIRST_USER + index}`;
}

/** The text that `userNameOf` gives, for the user that is drawn. */
export const DRAWN_NAME = `u${USER}`;

export interface RequestParts {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export function requestText({ method, path, headers = {}, body }: RequestParts): string {
  const all: Record<string, string> = { Host: "127.0.0.1", ...headers };
  if (body !== undefined) all["Content-Length"] = `${Buffer.byteLength(filledIn(body))}`;
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${body ?? ""}`;
}

/** One request of the many: the first users, each once, and one further user. */
export function filledIn(text: string): string {
  let user = FIRST_USER;
  return text
    .replaceAll(USER, () => `${user++}`)
    .replaceAll(COUNTER, `${FIRST_COUNTER}`)
    .replaceAll(FURTHER_USER, `${FIRST_FURTHER}`);
}
