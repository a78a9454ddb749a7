import type { Limits } from "../../core/model.ts";
import type { StoreLocation } from "../../store/open.ts";
import { locationText } from "../store/location-text.ts";
import { curlLines } from "./curl-lines.ts";
import type { DemoApp } from "./demo-app.ts";
import { liftRateLine } from "./lift-rate.ts";

interface StartUp {
  /** The server's URL, without a slash at its end. */
  readonly server: string;
  readonly location: StoreLocation;
  readonly demo: DemoApp | undefined;
  readonly appCount: number;
  readonly hasPages: boolean;
  readonly limits: Limits;
  /** A command to paste that creates an app in this store. */
  readonly createApp: string;
  /** Whether the output is a terminal. Secrets are shown only there, because a log would keep them. */
  readonly terminal: boolean;
}

/** The text that `serve` prints when it is ready: its URL and, if there is an app to try, how to try it. */
export function startUpText({
  server,
  location,
  demo,
  appCount,
  hasPages,
  limits,
  createApp,
  terminal,
}: StartUp): string {
  const where =
    location.engine === "memory" ? "memory only: everything is lost when the server stops" : locationText(location);
  const head = `usermeta serves ${server}\nstore: ${where}\n`;
  if (demo === undefined) return appCount === 0 ? head + noAppsText(createApp) : head;
  const { clientId, clientSecret } = demo.credentials;
  const credentials = terminal ? `client id: ${clientId}\nclient secret: ${clientSecret}\n` : "";
  // The app key follows "#": the page reads it, and browsers do not send it.
  const page = hasPages ? `Try it in a browser: ${server}/-/docs#app=${demo.app}\n\n` : "";
  return `${head}app: ${demo.app}
credentials: ${demo.file}
${credentials}
${page}Try it: these lines can be pasted one after the other into one shell.

${curlLines(demo.file).join("\n")}

${rateText(demo, location, limits)}`;
}

function noAppsText(createApp: string): string {
  return `There are no apps yet. To create one, also while this server runs: ${createApp}\n`;
}

function rateText(demo: DemoApp, location: StoreLocation, { ratePerSecond }: Limits): string {
  if (ratePerSecond === 0) return "";
  const line = liftRateLine(demo.app, location);
  const fact = `The server answers ${ratePerSecond} calls of each kind per second.`;
  if (line === undefined) return `${fact} To turn this limit off, start with USERMETA_RATE_PER_SECOND=0.\n`;
  return `${fact} To turn it off for this app while the server runs:\n\n${line}\n`;
}
