import type { Browser } from "playwright-core";
import { chromiumMissing, launchChromium } from "../sdk/chromium.ts";
import { firefoxMissing, launchFirefox } from "./firefox.ts";

const BROWSERS = {
  chromium: { missing: chromiumMissing, launch: launchChromium },
  firefox: { missing: firefoxMissing, launch: launchFirefox },
};

/** Chosen like the store by `TEST_ENGINE`. */
const NAME = process.env.TEST_BROWSER ?? "chromium";

function chosen(): (typeof BROWSERS)[keyof typeof BROWSERS] {
  if (NAME !== "chromium" && NAME !== "firefox") throw new Error(`TEST_BROWSER: no browser called ${NAME}`);
  return BROWSERS[NAME];
}

/** The reason why this machine cannot run tests in the browser named by `TEST_BROWSER`; undefined if it can. */
export function browserMissing(): string | undefined {
  return chosen().missing();
}

/** Launches the browser named by `TEST_BROWSER`; defaults to Chromium. */
export async function launchBrowser(): Promise<Browser> {
  return await chosen().launch();
}
