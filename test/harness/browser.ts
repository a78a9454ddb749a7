import type { Browser } from "playwright-core";
import { chromiumMissing, launchChromium } from "../sdk/chromium.ts";
import { firefoxMissing, launchFirefox } from "./firefox.ts";

const BROWSERS = {
  chromium: { missing: chromiumMissing, launch: launchChromium },
  firefox: { missing: firefoxMissing, launch: launchFirefox },
};

/** As `TEST_ENGINE` picks the store. */
const NAME = process.env.TEST_BROWSER ?? "chromium";

function chosen(): (typeof BROWSERS)[keyof typeof BROWSERS] {
  if (NAME !== "chromium" && NAME !== "firefox") throw new Error(`TEST_BROWSER: no browser called ${NAME}`);
  return BROWSERS[NAME];
}

/** What a machine lacks to run tests in the browser that `TEST_BROWSER` names; undefined: nothing. */
export function browserMissing(): string | undefined {
  return chosen().missing();
}

/** The browser that `TEST_BROWSER` names, Chromium where it names none. */
export async function launchBrowser(): Promise<Browser> {
  return await chosen().launch();
}
