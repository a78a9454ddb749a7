import type { Certificate } from "./gateway-certificate.ts";

export const GATEWAY_HOST = "chat.example.com";
export const HOSTED_HOST = "a1.easemob.com";

/** Where a recipe of docs/GATEWAY.md is run. */
export interface GatewayEnvironment {
  /** For files of the gateway's own. */
  readonly folder: string;
  /** The file of the access log. */
  readonly log: string;
  /** Without TLS: most of a test needs to see plain bytes. */
  readonly port: number;
  readonly securePort: number;
  /** Of `GATEWAY_HOST`. */
  readonly own: Certificate;
  /** Of `HOSTED_HOST`. */
  readonly hosted: Certificate;
  readonly hostedPort: number;
  /** A DNS server on 127.0.0.1 that resolves every name to 127.0.0.1. */
  readonly namesPort: number;
  /** `127.0.0.1:PORT` */
  readonly usermetaHost: string;
}

/** How the gateway is started with its recipe. */
export interface GatewayCommand {
  readonly command: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
}
