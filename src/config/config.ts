import type { ServerDefaults } from "../core/apps/registry.ts";
import type { AppKey } from "../core/model.ts";
import type { LOG_FORMATS } from "./options.ts";
import type { Secret } from "./secret.ts";
import type { Address } from "./values.ts";

type LogFormat = (typeof LOG_FORMATS)[number];

/** An app to create at startup if it does not exist. */
export interface ConfiguredApp {
  readonly key: AppKey;
  readonly clientId: string;
  readonly clientSecret: Secret;
}

/** The address of the store, with its password apart. */
export interface ConfiguredStore {
  /** `memory:`, `sqlite:` and an absolute path, or `mysql://…`. Without a password, so it may be shown anywhere. */
  readonly text: string;
  readonly password: Secret | undefined;
}

/** The whole configuration of a server; deeply frozen. */
export interface Config {
  readonly listen: Address;
  readonly store: ConfiguredStore;
  /** The number of threads that serve. */
  readonly workers: number;
  /** The memory for cached attributes, of all workers together. */
  readonly cacheBytes: number;
  /** Maximum age of a cached read, ms, where several servers share a store. 0 turns this cache off. */
  readonly stalenessMs: number;
  readonly app: ConfiguredApp | undefined;
  /** The settings of apps that do not set their own. */
  readonly defaults: ServerDefaults;
  /** Undefined: as many as the process's file descriptors allow. */
  readonly connectionsMax: number | undefined;
  /** The limit for the bodies of all requests that are being received. */
  readonly bodiesBytesMax: number;
  /** The time limit for receiving a body. */
  readonly requestTimeoutS: number;
  readonly operatorKey: Secret | undefined;
  /** Addresses and CIDR ranges. */
  readonly trustedProxies: readonly string[];
  readonly log: LogFormat;
}
