import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const EXECUTABLE = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** Nothing of the browser's own may go out into the network while a test runs. */
const FLAGS = [
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // Chromium's sandbox refuses to start as root, which is who runs tests in a container.
  ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
];

/** What a machine lacks to run these tests; undefined: nothing. */
export function chromiumMissing(): string | undefined {
  if (existsSync(EXECUTABLE)) return undefined;
  return `there is no ${EXECUTABLE}; install Debian's package "chromium", or name another one in CHROMIUM`;
}

export async function launchChromium(): Promise<Browser> {
  const missing = chromiumMissing();
  if (missing !== undefined) throw new Error(missing);
  return await chromium.launch({ executablePath: EXECUTABLE, args: FLAGS });
}
