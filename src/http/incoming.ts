import type { Route } from "./call.ts";

/** Parameters of the path, percent-decoded. */
export interface PathParams {
  readonly org?: string;
  readonly app?: string;
  readonly appId?: string;
  readonly username?: string;
  /** Of companion calls, which ignore its value. */
  readonly seconds?: string;
  readonly conversation?: string;
}

/** A request as it comes from the socket. */
export interface Incoming {
  readonly route: Route;
  readonly request: Request;
  readonly params: PathParams;
  /** See BodySource. */
  readonly setIdleTimeout: (request: Request, seconds: number) => void;
  /** The caller's address; called only when it is needed. */
  readonly addressOf: (request: Request) => string;
}
