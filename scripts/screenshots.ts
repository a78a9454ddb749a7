/**
 * `npm run screenshots`: starts a server with an app, opens `/-/docs` in Chromium, gets a token in its form,
 * and writes README's pictures, `docs/images/api-light.png` and `api-dark.png`.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { launchChromium } from "../test/sdk/chromium.ts";

const ROOT = join(import.meta.dir, "..");
const IMAGES = join(ROOT, "docs/images");
const SIZE = { width: 1280, height: 800 };
/** Always the same, so that a picture changes only when the page does. */
const PORT = 8080;
/** The animations of the fields and the cursor have ended. */
const REST_MS = 1000;

const APP = "chat-demo/testapp";
const CLIENT_ID = "YXA6-testapp-of-the-README";
const CLIENT_SECRET = "nobodys-and-gone-with-the-server";

const server = Bun.spawn([process.execPath, join(ROOT, "src/main.ts"), "serve"], {
  env: {
    ...process.env,
    USERMETA_LISTEN: `127.0.0.1:${PORT}`,
    USERMETA_STORE: "memory:",
    USERMETA_APP: APP,
    USERMETA_CLIENT_ID: CLIENT_ID,
    USERMETA_CLIENT_SECRET: CLIENT_SECRET,
  },
  stdin: "ignore",
  stdout: "pipe",
  stderr: "inherit",
});

async function serves(): Promise<void> {
  let text = "";
  for await (const chunk of server.stdout.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.includes("usermeta serves")) return;
  }
  throw new Error("the server ended");
}

async function takePictures(): Promise<void> {
  await serves();
  const browser = await launchChromium();
  try {
    for (const colorScheme of ["light", "dark"] as const) {
      const page = await browser.newPage({ viewport: SIZE, colorScheme });
      await page.goto(`http://127.0.0.1:${PORT}/-/docs#app=${APP}`);
      await page.getByLabel("Client id").fill(CLIENT_ID);
      await page.getByLabel("Client secret").fill(CLIENT_SECRET);
      await page.getByRole("button", { name: "Get token" }).click();
      await page.getByRole("status").filter({ hasText: "Calls carry a token" }).waitFor();
      await page.locator("#viewer").getByRole("heading", { name: "usermeta", exact: true }).waitFor();
      await page.mouse.move(0, 0);
      await page.evaluate("document.activeElement.blur()");
      await page.waitForTimeout(REST_MS);
      await page.screenshot({ path: join(IMAGES, `api-${colorScheme}.png`) });
      await page.close();
    }
  } finally {
    await browser.close();
  }
}

try {
  mkdirSync(IMAGES, { recursive: true });
  await takePictures();
} finally {
  server.kill();
  await server.exited;
}
