import type { AppKey } from "../core/model.ts";
import type { ServerDefaults } from "../core/registry.ts";
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

/** All that a server is told; deeply frozen. */
export interface Config {
  readonly listen: Address;
  /** `memory:` or `sqlite:` and an absolute path. */
  readonly store: string;
  /** How many threads serve. */
  readonly workers: number;
  /** For the attributes that all of them together keep in memory. */
  readonly cacheBytes: number;
  readonly app: ConfiguredApp | undefined;
  /** For apps that have no settings of their own. */
  readonly defaults: ServerDefaults;
  readonly operatorKey: Secret | undefined;
  /** Addresses and CIDR ranges. */
  readonly trustedProxies: readonly string[];
  readonly log: LogFormat;
}
