export interface MysqlHost {
  /** IPv6 without brackets. */
  readonly hostname: string;
  readonly port: number;
}

export interface MysqlTls {
  /** PEM files; undefined = the system's authorities and no client certificate. */
  readonly caFile?: string;
  readonly certificateFile?: string;
  readonly keyFile?: string;
}

/** A database of the MySQL family; plain data, so that it goes through `postMessage`. */
export interface MysqlLocation {
  readonly engine: "mysql";
  /** In the order of preference. */
  readonly hosts: readonly [MysqlHost, ...MysqlHost[]];
  readonly database: string;
  readonly user: string;
  /** Empty = none. */
  readonly password: string;
  /** Undefined = in clear text. */
  readonly tls: MysqlTls | undefined;
  /** How long a read or a write may take, all attempts together, in ms. */
  readonly timeoutMs: number;
  /** The URL without the password, for logs and messages. */
  readonly text: string;
}
