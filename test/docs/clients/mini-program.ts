import { createContext, Script } from "node:vm";
import { PROVISIONED } from "../../sdk/message-channel.ts";

/** The argument that the SDK passes to `request`; the members that it uses. */
interface RequestOptions {
  readonly url: string;
  readonly method?: string;
  readonly header?: Readonly<Record<string, string>>;
  /** Text is sent as it is; an object as a form, or in the query of a GET. */
  readonly data?: string | Readonly<Record<string, string>> | null;
  success?(answer: { data: unknown; statusCode: number; header: object }): void;
  fail?(failure: { errMsg: string }): void;
  complete?(): void;
}

/** A call that a script of a mini program has made, as its platform was asked for it. */
export type MiniProgramRequest = Pick<RequestOptions, "url" | "method" | "data">;

/** Disposal ends its timers: the SDK's heartbeat runs for ever. */
export interface MiniProgram extends Disposable {
  /** The script's exports. */
  readonly exports: Readonly<Record<string, (...args: readonly unknown[]) => Promise<unknown>>>;
  readonly requests: readonly MiniProgramRequest[];
}

/**
 * Runs a script where nothing of a browser or of Node is, only JavaScript itself, timers, and the platform's own object.
 * Its `request` behaves as WeChat and uni-app document theirs, and its socket is a message channel that welcomes
 * every client.
 *
 * @param platform the name of the object: `wx` in WeChat, `uni` in apps of uni-app
 */
export function runMiniProgram(script: string, platform: "wx" | "uni"): MiniProgram {
  const requests: MiniProgramRequest[] = [];
  const module = { exports: {} };
  const timers = new Set<Timer>();
  const later = (start: (call: () => void, delayMs?: number) => Timer) => (call: () => void, delayMs?: number) => {
    const timer = start(call, delayMs);
    timers.add(timer);
    return timer;
  };
  const api = {
    canIUse: () => true,
    getSystemInfo: () => undefined,
    onNetworkStatusChange: () => undefined,
    getStorageSync: () => "",
    setStorage: () => undefined,
    connectSocket: () => welcomingSocket(),
    request(options: RequestOptions) {
      if (new URL(options.url).hostname !== "127.0.0.1") throw new Error(`the script asks ${options.url}`);
      requests.push({ url: options.url, method: options.method ?? "GET", data: options.data ?? null });
      void answer(options);
    },
  };
  const context = createContext({
    ...{ module, exports: module.exports, [platform]: api },
    ...{ setTimeout: later(setTimeout), clearTimeout, setInterval: later(setInterval), clearInterval, console: quiet },
    // Of this realm: the script would not recognise the socket's ArrayBuffer otherwise.
    ...{ ArrayBuffer, Uint8Array },
  });
  new Script(script).runInContext(context);
  return {
    exports: module.exports,
    requests,
    [Symbol.dispose]() {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

/** The SDK logs all that it does. */
const quiet = Object.fromEntries(["log", "debug", "info", "warn", "error"].map((name) => [name, () => undefined]));

/** Any status is a success to the platform; it fails only where no answer comes. */
async function answer({
  url,
  method = "GET",
  header = {},
  data,
  success,
  fail,
  complete,
}: RequestOptions): Promise<void> {
  try {
    const body = typeof data === "object" && data !== null ? new URLSearchParams(data).toString() : data;
    const response = await fetch(url, { method, headers: header, ...(method === "GET" ? {} : { body: body ?? null }) });
    const text = await response.text();
    success?.({ data: JSON.parse(text), statusCode: response.status, header: response.headers.toJSON() });
  } catch (error) {
    fail?.({ errMsg: `request:fail ${error}` });
  }
  complete?.();
}

/** A `SocketTask` of the platform. The channel answers the login, and is silent from then on. */
function welcomingSocket(): object {
  let isLoggedIn = false;
  let onMessage: (message: { data: ArrayBufferLike }) => void = () => undefined;
  let onClose: (event: object) => void = () => undefined;
  return {
    readyState: 1,
    onOpen: (listener: () => void) => setTimeout(listener),
    onMessage: (listener: typeof onMessage) => {
      onMessage = listener;
    },
    onClose: (listener: typeof onClose) => {
      onClose = listener;
    },
    onError: () => undefined,
    send: () => {
      if (!isLoggedIn) setTimeout(() => onMessage({ data: new Uint8Array(PROVISIONED).buffer }));
      isLoggedIn = true;
    },
    close: () => setTimeout(() => onClose({})),
  };
}
