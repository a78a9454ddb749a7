/**
 * THE TABLE of all options. `--help`, `usermeta config`, the documents and the loader all use it.
 */
import type { z } from "zod";
import { BATCH_CEILING, DEFAULT_LIMITS, USER_BYTES_CEILING } from "../core/limits.ts";
import { REGISTRATIONS } from "../core/model.ts";
import {
  address,
  byteCount,
  clientId,
  key,
  networks,
  oneOf,
  password,
  secret,
  storeUrl,
  wholeNumber,
  workers,
} from "./values.ts";

export interface Option {
  /** The environment variable. A secret can also be given as the path of a file, in this variable's name plus `_FILE`. */
  readonly name: string;
  /** The flag, without dashes. Secrets have none, because every user of a machine can see command lines. */
  readonly flag?: string;
  readonly value: z.ZodType<unknown, string>;
  /** Stands for the value in help. */
  readonly placeholder: string;
  /** The default, as the operator would write it; undefined = not set. */
  readonly fallback?: string | ((terminal: boolean) => string);
  readonly unit?: string;
  readonly secret?: true;
  readonly help: string;
}

export const LOG_FORMATS = ["json", "pretty", "off"] as const;

export const WORKERS_MAX = 64;
const CACHE_BYTES_CEILING = 68_719_476_736;
const STALENESS_MS_CEILING = 60_000;
const APP_BYTES_CEILING = Number.MAX_SAFE_INTEGER;
const CACHE_BYTES = 268_435_456;
const RATE_CEILING = 1_000_000;
const OPERATOR_KEY_CHARACTERS_MIN = 16;
/** At least one body of the largest size must fit. */
const BODIES_BYTES_MIN = 1_048_576;
const BODIES_BYTES_CEILING = 1_073_741_824;
const BODIES_BYTES = 67_108_864;
const CONNECTIONS_CEILING = 1_000_000;
const REQUEST_TIMEOUT_S_CEILING = 3600;

export const OPTIONS = {
  listen: option({
    name: "USERMETA_LISTEN",
    flag: "listen",
    value: address,
    placeholder: "host:port",
    fallback: "127.0.0.1:8080",
    help: "Address and port to listen on. Port 0 takes a free port, which the start-up line names.",
  }),
  store: option({
    name: "USERMETA_STORE",
    flag: "store",
    value: storeUrl,
    placeholder: "url",
    fallback: "sqlite:data/usermeta.db",
    help: "The store: sqlite:PATH, mysql://USER@HOST/DATABASE, or memory:, which keeps nothing after the process ends.",
  }),
  storePassword: option({
    name: "USERMETA_STORE_PASSWORD",
    value: password,
    placeholder: "text",
    secret: true,
    help: "Password of a mysql: store, if its URL has none.",
  }),
  workers: option({
    name: "USERMETA_WORKERS",
    flag: "workers",
    value: workers(WORKERS_MAX),
    placeholder: "number|auto",
    fallback: "1",
    unit: "threads",
    help: "Number of threads that serve requests. auto = one per processor. A memory: store allows only one.",
  }),
  cacheBytes: option({
    name: "USERMETA_CACHE_BYTES",
    flag: "cache-bytes",
    value: byteCount(0, CACHE_BYTES_CEILING),
    placeholder: "number",
    fallback: String(CACHE_BYTES),
    unit: "bytes",
    help: "Memory for cached attributes, over all workers. 0 turns the cache off.",
  }),
  readStalenessMs: option({
    name: "USERMETA_READ_STALENESS_MS",
    flag: "read-staleness-ms",
    value: wholeNumber(0, STALENESS_MS_CEILING),
    placeholder: "number",
    fallback: "0",
    unit: "ms",
    help:
      "Maximum age in ms of a cached read on a mysql: store. 0 turns this cache off. Reads of sqlite: and memory: are " +
      "never stale.",
  }),
  app: option({
    name: "USERMETA_APP",
    flag: "app",
    value: key,
    placeholder: "org/app",
    help: "App to create at startup if it does not exist. Needs USERMETA_CLIENT_ID and USERMETA_CLIENT_SECRET.",
  }),
  clientId: option({
    name: "USERMETA_CLIENT_ID",
    flag: "client-id",
    value: clientId,
    placeholder: "text",
    help: "Client id of USERMETA_APP.",
  }),
  clientSecret: option({
    name: "USERMETA_CLIENT_SECRET",
    value: secret(1),
    placeholder: "text",
    secret: true,
    help: "Client secret of USERMETA_APP. If the app exists with a different one, the server does not start.",
  }),
  userBytesMax: option({
    name: "USERMETA_USER_BYTES_MAX",
    flag: "user-bytes-max",
    value: byteCount(1, USER_BYTES_CEILING),
    placeholder: "number",
    fallback: String(DEFAULT_LIMITS.userBytesMax),
    unit: "bytes",
    help: "Size limit for one user's attributes, keys and values together. An app's own limit takes precedence.",
  }),
  appBytesMax: option({
    name: "USERMETA_APP_BYTES_MAX",
    flag: "app-bytes-max",
    value: byteCount(1, APP_BYTES_CEILING),
    placeholder: "number",
    fallback: String(DEFAULT_LIMITS.appBytesMax),
    unit: "bytes",
    help: "Size limit for the attributes of all users of an app together. An app's own limit takes precedence.",
  }),
  batchMax: option({
    name: "USERMETA_BATCH_MAX",
    flag: "batch-max",
    value: wholeNumber(1, BATCH_CEILING),
    placeholder: "number",
    fallback: String(DEFAULT_LIMITS.batchMax),
    unit: "users",
    help: "Maximum number of users in one batch call. An app's own limit takes precedence.",
  }),
  ratePerSecond: option({
    name: "USERMETA_RATE_PER_SECOND",
    flag: "rate-per-second",
    value: wholeNumber(0, RATE_CEILING),
    placeholder: "number",
    fallback: String(DEFAULT_LIMITS.ratePerSecond),
    unit: "calls a second",
    help: "Rate limit per app and kind of call. An app's own limit takes precedence. 0 = unlimited.",
  }),
  connectionsMax: option({
    name: "USERMETA_CONNECTIONS_MAX",
    flag: "connections-max",
    value: wholeNumber(1, CONNECTIONS_CEILING),
    placeholder: "number",
    unit: "connections",
    help:
      "Maximum number of open connections. Near it the server closes idle ones. Unset: 80 % of the hard limit on file " +
      "descriptors, at most 10,000.",
  }),
  bodiesBytesMax: option({
    name: "USERMETA_BODIES_BYTES_MAX",
    flag: "bodies-bytes-max",
    value: byteCount(BODIES_BYTES_MIN, BODIES_BYTES_CEILING),
    placeholder: "number",
    fallback: String(BODIES_BYTES),
    unit: "bytes",
    help: "Memory for all request bodies that are arriving. When it is used up, further requests are answered 503.",
  }),
  requestTimeoutS: option({
    name: "USERMETA_REQUEST_TIMEOUT_S",
    flag: "request-timeout-s",
    value: wholeNumber(1, REQUEST_TIMEOUT_S_CEILING),
    placeholder: "number",
    fallback: "120",
    unit: "seconds",
    help: "Time in seconds for a request's body to arrive. After that the request is answered 408.",
  }),
  operatorKey: option({
    name: "USERMETA_OPERATOR_KEY",
    value: secret(OPERATOR_KEY_CHARACTERS_MIN),
    placeholder: "text",
    secret: true,
    help: `The operator's bearer token, which is an admin of every app; at least ${OPERATOR_KEY_CHARACTERS_MIN} characters.`,
  }),
  trustedProxies: option({
    name: "USERMETA_TRUSTED_PROXIES",
    flag: "trusted-proxies",
    value: networks,
    placeholder: "list",
    help: "Addresses and ranges of the proxies whose X-Forwarded-For the server trusts, separated by commas.",
  }),
  registration: option({
    name: "USERMETA_REGISTRATION",
    flag: "registration",
    value: oneOf(REGISTRATIONS),
    placeholder: REGISTRATIONS.join("|"),
    fallback: "authorised",
    help: "Who may create users: open = anyone, authorised = admins of the app. An app's own setting takes precedence.",
  }),
  log: option({
    name: "USERMETA_LOG",
    flag: "log",
    value: oneOf(LOG_FORMATS),
    placeholder: LOG_FORMATS.join("|"),
    fallback: (terminal) => (terminal ? "pretty" : "json"),
    help: "Format of the log on stderr. Unset: pretty on a terminal, json elsewhere.",
  }),
} as const;

export type OptionKey = keyof typeof OPTIONS;

/** The option's typed value; undefined only where there is no default. */
export type OptionValue<Key extends OptionKey> =
  | z.output<(typeof OPTIONS)[Key]["value"]>
  | ((typeof OPTIONS)[Key] extends { readonly fallback: NonNullable<Option["fallback"]> } ? never : undefined);

export const OPTION_KEYS = Object.keys(OPTIONS) as OptionKey[]; // as: the keys of the table above

/** The variable for the path of a secret's file. */
export function fileName(option: Option): string | undefined {
  return option.secret ? `${option.name}_FILE` : undefined;
}

/** Checks a row and keeps its exact type. */
function option<const Row extends Option>(row: Row): Row {
  return row;
}
