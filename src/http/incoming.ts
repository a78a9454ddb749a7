import type { Route } from "./call.ts";

/** What the router found in the path, percent-decoded. */
export interface PathParams {
  readonly org?: string;
  readonly app?: string;
  readonly appId?: string;
  readonly username?: string;
  /** Of companion calls, which take no notice of what stands there. */
  readonly seconds?: string;
  readonly conversation?: string;
}

/** A request as the socket hands it over. */
export interface Incoming {
  readonly route: Route;
  readonly request: Request;
  readonly params: PathParams;
  /** See BodySource. */
  readonly setIdleTimeout: (request: Request, seconds: number) => void;
  /** The caller's address; asked for only when it counts. */
  readonly addressOf: (request: Request) => string;
}
