import type { ServerDefaults } from "../core/apps/registry.ts";
import type { AppKey } from "../core/model.ts";
import type { LOG_FORMATS } from "./options.ts";
import type { Secret } from "./secret.ts";
import type { Address } from "./values.ts";

type LogFormat = (typeof LOG_FORMATS)[number];

/** An app to make sure of at start. */
export interface ConfiguredApp {
  readonly key: AppKey;
  readonly clientId: string;
  readonly clientSecret: Secret;
}

/** Where everything is kept. Its two parts together are the whole address. */
export interface ConfiguredStore {
  /** `memory:`, `sqlite:` and an absolute path, or `mysql://…` without a password: to be shown to anybody. */
  readonly text: string;
  readonly password: Secret | undefined;
}

/** All that a server is told; deeply frozen. */
export interface Config {
  readonly listen: Address;
  readonly store: ConfiguredStore;
  /** How many threads serve. */
  readonly workers: number;
  /** For the attributes that all of them together keep in memory. */
  readonly cacheBytes: number;
  /** In ms; 0 = never. How old an answer from memory may be where other servers write to the store too. */
  readonly stalenessMs: number;
  readonly app: ConfiguredApp | undefined;
  /** For apps that have no settings of their own. */
  readonly defaults: ServerDefaults;
  /** Undefined: as many as the process's file descriptors allow. */
  readonly connectionsMax: number | undefined;
  /** For the bodies of all requests that are arriving. */
  readonly bodiesBytesMax: number;
  /** How long a body may take to arrive. */
  readonly requestTimeoutS: number;
  readonly operatorKey: Secret | undefined;
  /** Addresses and CIDR ranges. */
  readonly trustedProxies: readonly string[];
  readonly log: LogFormat;
}
