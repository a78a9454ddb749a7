import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Browser, firefox } from "playwright-core";

const ROOT = join(import.meta.dir, "../..");
const EXECUTABLE = process.env.FIREFOX ?? "/usr/bin/firefox-esr";

/** Keeps the browser's own traffic off the network: nothing listens on this port, and loopback needs no proxy. */
const NO_NETWORK = {
  "network.proxy.type": 1,
  "network.proxy.http": "127.0.0.1",
  "network.proxy.http_port": 9,
  "network.proxy.ssl": "127.0.0.1",
  "network.proxy.ssl_port": 9,
};

/** The reason why this machine cannot run tests in Firefox; undefined if it can. */
export function firefoxMissing(): string | undefined {
  if (existsSync(EXECUTABLE)) return undefined;
  return `there is no ${EXECUTABLE}; install Debian's package "firefox-esr", or name another one in FIREFOX`;
}

/** Launches a released Firefox by WebDriver BiDi: Playwright's own protocol needs a special build. */
export async function launchFirefox(): Promise<Browser> {
  const missing = firefoxMissing();
  if (missing !== undefined) throw new Error(missing);
  return await firefox.launch({
    channel: "moz-firefox",
    executablePath: join(import.meta.dir, "firefox-program.ts"),
    env: { ...process.env, FIREFOX: EXECUTABLE, PATH: `${join(ROOT, "node_modules/.bin")}:${process.env.PATH}` },
    firefoxUserPrefs: NO_NETWORK,
  });
}
