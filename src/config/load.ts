/**
 * Environment, files and flags → one typed, frozen `Config`, or the list of all mistakes in them. This module opens
 * only the files of secrets. No other module reads the environment's variables.
 */
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import type { Config, ConfiguredApp, ConfiguredStore } from "./config.ts";
import { didYouMean } from "./did-you-mean.ts";
import {
  fileName,
  OPTION_KEYS,
  OPTIONS,
  type Option,
  type OptionKey,
  type OptionValue,
  WORKERS_MAX,
} from "./options.ts";
import { readStore, type StoreReader } from "./read-store.ts";
import { redact } from "./redact.ts";
import type { Secret } from "./secret.ts";
import { type Address, addressText, choicesOf } from "./values.ts";

/** The source of a value. A flag takes precedence over the environment, and the environment over the default. */
type Source = "default" | "environment" | "file" | "flag" | "not set";

/** An option's value. The store's value has no password here, and secrets have no value. */
export interface Setting {
  readonly key: OptionKey;
  readonly option: Option;
  readonly source: Source;
  /** In full form: a size in bytes, an address with its host. */
  readonly text: string | undefined;
}

export interface LoadedConfig {
  readonly config: Config;
  /** A setting for each option, in the table's order. */
  readonly settings: readonly Setting[];
}

/** Each mistake is one line that names the option and its value, but never the value of a secret. */
export interface ConfigMistakes {
  readonly mistakes: readonly string[];
}

export interface ConfigInput {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** By option key. */
  readonly flags?: Partial<Readonly<Record<OptionKey, string>>>;
  /** The base of relative paths. */
  readonly cwd: string;
  /** Whether the log goes to a terminal. */
  readonly terminal: boolean;
  /** May throw. The message shows the error's `code`. */
  readonly readFile: (path: string) => string;
  readonly readStore: StoreReader;
}

type Values = { [Key in OptionKey]: OptionValue<Key> };

interface Written {
  readonly key: OptionKey;
  readonly option: Option;
  readonly source: Source;
  readonly text: string | undefined;
  /** How a mistake names the value and where it was written. */
  readonly label: string;
}

const PREFIX = "USERMETA_";
const SHOWN_CHARACTERS_MAX = 80;
const STORE_WORDS = ["memory:"];

export function loadConfig(input: ConfigInput): LoadedConfig | ConfigMistakes {
  const mistakes = unknownNames(input.env);
  const values: Partial<Record<OptionKey, unknown>> = {};
  const written = OPTION_KEYS.map((key) => read(key, OPTIONS[key], input, mistakes));
  for (const { key, option, text, label } of written) {
    if (text === undefined) continue;
    const result = option.value.safeParse(text);
    if (result.success) values[key] = result.data;
    else mistakes.push(`${label}: ${result.error.issues[0]?.message}${suggestion(key, text)}`);
  }
  // as: each option's own row has parsed it
  const store = storeOf(values as Partial<Values>, written, input, mistakes);
  const settings = written.map(({ key, option, source, text }) => {
    return {
      key,
      option,
      source,
      text: key === "store" ? store?.text : option.secret ? undefined : plain(values[key], text),
    };
  });
  mistakes.push(...incompleteApp(settings), ...tooManyWorkers(values));
  if (store === undefined || mistakes.length > 0) return { mistakes };
  // as: as above; an option without a value has no default
  return { config: configOf(values as Values, store), settings };
}

/**
 * Reads the operator key again from its file. Undefined if the key was not given as a file. A string is a one-line
 * error.
 */
export function reloadOperatorKey(input: Pick<ConfigInput, "env" | "cwd" | "readFile">): Secret | string | undefined {
  const mistakes: string[] = [];
  const { source, text, label } = read("operatorKey", OPTIONS.operatorKey, { ...input, terminal: false }, mistakes);
  if (source !== "file") return undefined;
  const result = OPTIONS.operatorKey.value.safeParse(text ?? "");
  return result.data ?? mistakes[0] ?? `${label}: ${result.error?.issues[0]?.message}`;
}

function configOf(values: Values, store: ConfiguredStore): Config {
  const { userBytesMax, appBytesMax, batchMax, ratePerSecond } = values;
  return deepFreeze({
    listen: values.listen,
    store,
    workers: workersOf(values),
    cacheBytes: values.cacheBytes,
    stalenessMs: values.readStalenessMs,
    app: appOf(values),
    defaults: {
      limits: { userBytesMax, appBytesMax, batchMax, ratePerSecond },
      registration: values.registration,
    },
    connectionsMax: values.connectionsMax,
    bodiesBytesMax: values.bodiesBytesMax,
    requestTimeoutS: values.requestTimeoutS,
    operatorKey: values.operatorKey,
    trustedProxies: values.trustedProxies ?? [],
    log: values.log,
  });
}

function appOf({ app, clientId, clientSecret }: Values): ConfiguredApp | undefined {
  if (app === undefined || clientId === undefined || clientSecret === undefined) return undefined;
  return { key: app, clientId, clientSecret };
}

/** `auto` is one worker for each processor that this process may use, if threads can share the store. */
function workersOf({ workers, store }: Values): number {
  if (workers !== "auto") return workers;
  return isSingleThreaded(store) ? 1 : Math.min(WORKERS_MAX, availableParallelism());
}

function isSingleThreaded(store: unknown): boolean {
  return store === "memory:";
}

/** Undefined: the address has a mistake, which is added to `mistakes`. */
function storeOf(
  { store: url, storePassword: password }: Partial<Values>,
  written: readonly Written[],
  input: ConfigInput,
  mistakes: string[],
): ConfiguredStore | undefined {
  if (url === undefined) return undefined;
  const given = written.find(({ key }) => key === "store");
  const store = readStore({ url, password, isFlag: given?.source === "flag" }, input.readStore);
  if (typeof store !== "string") return store;
  mistakes.push(`${given?.label}: ${store}`);
  return undefined;
}

/** An empty value counts as not set, so that a line of a container's environment file can be emptied. */
function read(key: OptionKey, option: Option, input: Omit<ConfigInput, "readStore">, mistakes: string[]): Written {
  const flag = input.flags?.[key];
  if (flag !== undefined)
    return { key, option, source: "flag", text: flag, label: `--${option.flag}${shown(option, flag, " ")}` };

  const text = input.env[option.name] || undefined;
  const fileOption = fileName(option);
  const path = (fileOption === undefined ? undefined : input.env[fileOption]) || undefined;
  if (text !== undefined && path !== undefined) {
    mistakes.push(`${option.name} and ${fileOption} are both set: set one of them`);
  } else if (text !== undefined) {
    return { key, option, source: "environment", text, label: `${option.name}${shown(option, text, "=")}` };
  } else if (fileOption !== undefined && path !== undefined) {
    return { key, option, source: "file", text: readSecret(fileOption, path, input, mistakes), label: fileOption };
  }
  const { fallback } = option;
  const fallbackText = typeof fallback === "function" ? fallback(input.terminal) : fallback;
  const source = fallbackText === undefined ? "not set" : "default";
  return { key, option, source, text: fallbackText, label: option.name };
}

function readSecret(
  name: string,
  path: string,
  input: Pick<ConfigInput, "cwd" | "readFile">,
  mistakes: string[],
): string | undefined {
  // The operator may have put the secret itself here. Only a text that begins like a path is repeated.
  const label = /^\.{0,2}\//.test(path) ? `${name}=${quoted(path)}` : name;
  try {
    const text = input.readFile(resolve(input.cwd, path)).replace(/\r?\n$/, "");
    if (text !== "") return text;
    mistakes.push(`${label}: the file is empty`);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown reason";
    mistakes.push(`${label}: the file cannot be read (${code})`);
  }
  return undefined;
}

/** Otherwise a misspelled name would silently leave its option at the default. */
function unknownNames(env: ConfigInput["env"]): string[] {
  const known = OPTION_KEYS.flatMap((key) => [OPTIONS[key].name, fileName(OPTIONS[key]) ?? []].flat());
  return Object.keys(env)
    .filter((name) => name.startsWith(PREFIX) && !known.includes(name) && env[name])
    .sort()
    .map((name) => {
      return `${name} is not an option${didYouMean(name, known)}`;
    });
}

/** Only a path is safe to repeat. Any other text in place of a store may hold a password. */
function suggestion(key: OptionKey, text: string): string {
  if (key !== "store") return didYouMean(text, choicesOf(OPTIONS[key].value));
  return /^[\w./-]+\.(?:db|sqlite3?)$/.test(text) ? `: did you mean sqlite:${text}?` : didYouMean(text, STORE_WORDS);
}

function plain(value: unknown, text: string | undefined): string | undefined {
  if (typeof value === "number") return String(value);
  return isAddress(value) ? addressText(value) : text;
}

function isAddress(value: unknown): value is Address {
  return typeof value === "object" && value !== null && "hostname" in value;
}

function tooManyWorkers({ workers, store }: Partial<Record<OptionKey, unknown>>): string[] {
  if (!isSingleThreaded(store) || typeof workers !== "number" || workers === 1) return [];
  return [`${OPTIONS.workers.name}: memory: is served by one worker only`];
}

function incompleteApp(settings: readonly Setting[]): string[] {
  const trio = settings.filter(({ key }) => key === "app" || key === "clientId" || key === "clientSecret");
  const missing = trio.filter(({ source }) => source === "not set").map(({ option }) => option.name);
  if (missing.length === 0 || missing.length === trio.length) return [];
  const given = trio.filter(({ source }) => source !== "not set").map(({ option }) => option.name);
  return [`${given.join(" and ")} cannot go without ${missing.join(" and ")}`];
}

/** The value as a mistake repeats it. Empty for a secret, and for a store's address that could contain a password. */
function shown(option: Option, text: string, between: string): string {
  const isHidden = option.secret || (option === OPTIONS.store && !/^(?:memory|sqlite):/.test(text));
  return isHidden ? "" : between + quoted(redact(text));
}

function quoted(text: string): string {
  return JSON.stringify(text.length > SHOWN_CHARACTERS_MAX ? `${text.slice(0, SHOWN_CHARACTERS_MAX)}…` : text);
}

function deepFreeze<T extends object>(value: T): Readonly<T> {
  for (const part of Object.values(value)) if (typeof part === "object" && part !== null) deepFreeze(part);
  return Object.freeze(value);
}
