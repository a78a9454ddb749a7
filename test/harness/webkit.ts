import { lastingPort } from "./lasting-port.ts";

const DRIVER = "WPEWebDriver";
const OPTIONS = { "wpe:browserOptions": { binary: "/usr/bin/cog", args: ["--automation", "--platform=headless"] } };
/** The member by which WebDriver identifies an element. */
const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";
const BACKSPACE = "\uE003";
const POLL_MS = 50;
/** The driver's error while a page is being replaced by another; the next attempt sees the new page. */
const LEFT = "before the unload event";
const LEFT_MAX = 5;

/** A page in WebKit. Elements are named by XPath, and awaited. */
export interface WebkitPage extends AsyncDisposable {
  open(url: string): Promise<void>;
  /** @param body the body of an async function, whose result is JSON */
  evaluate(body: string): Promise<unknown>;
  click(element: string): Promise<void>;
  /** Replaces a field's text, key by key. */
  type(element: string, text: string): Promise<void>;
}

/** The reason why this machine cannot run tests in WebKit; undefined if it can. */
export function webkitMissing(): string | undefined {
  if (Bun.which(DRIVER) !== null && Bun.which("cog") !== null) return undefined;
  return `there is no ${DRIVER} or no cog; install Debian's packages "wpewebkit-driver" and "cog"`;
}

/** Launches Debian's WebKit by WebDriver: Playwright's own protocol needs a special build. */
export async function launchWebkit(): Promise<WebkitPage> {
  const port = await lastingPort();
  const driver = Bun.spawn([DRIVER, "--host=127.0.0.1", `--port=${port}`], { stdio: ["ignore", "ignore", "ignore"] });
  await using stack = new AsyncDisposableStack();
  stack.defer(async () => {
    driver.kill();
    await driver.exited;
  });
  const ask = async (path: string, body?: unknown, method = body === undefined ? "GET" : "POST"): Promise<unknown> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, body: JSON.stringify(body) ?? null });
    // as: WebDriver § 6.3
    const { value } = (await response.json()) as { value: unknown };
    if (!response.ok) throw new Error(`WebDriver ${path}: ${JSON.stringify(value)}`);
    return value;
  };
  while (!(await ask("/status").then(Boolean, () => false))) {
    if (driver.exitCode !== null) throw new Error(`${DRIVER} ended with ${driver.exitCode}`);
    await Bun.sleep(POLL_MS);
  }
  // as: WebDriver § 8.1
  const { sessionId } = (await ask("/session", { capabilities: { alwaysMatch: OPTIONS } })) as { sessionId: string };
  const session = `/session/${sessionId}`;
  stack.defer(async () => void (await ask(session, undefined, "DELETE")));
  await ask(`${session}/timeouts`, { implicit: 10_000, script: 60_000 });
  const page = pageOf((path, body) => ask(session + path, body));
  const owned = stack.move();
  return { ...page, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

function pageOf(ask: (path: string, body: unknown) => Promise<unknown>): Omit<WebkitPage, keyof AsyncDisposable> {
  const find = async (element: string, left = 0): Promise<string> => {
    try {
      // as: WebDriver § 12.3
      const found = (await ask("/element", { using: "xpath", value: element })) as Readonly<Record<string, string>>;
      return found[ELEMENT] ?? "";
    } catch (error) {
      if (!String(error).includes(LEFT) || left === LEFT_MAX) throw error;
      return await find(element, left + 1);
    }
  };
  return {
    open: async (url) => void (await ask("/url", { url })),
    async evaluate(body) {
      const script = `const done = arguments[arguments.length - 1];
        (async () => { ${body} })().then((value) => done({ value }), (error) => done({ error: String(error) }));`;
      // as: the result of the script above
      const said = (await ask("/execute/async", { script, args: [] })) as { value?: unknown; error?: string };
      if (said.error !== undefined) throw new Error(said.error);
      return said.value;
    },
    click: async (element) => void (await ask(`/element/${await find(element)}/click`, {})),
    async type(element, text) {
      const field = await find(element);
      await ask("/execute/sync", { script: "arguments[0].select()", args: [{ [ELEMENT]: field }] });
      await ask(`/element/${field}/value`, { text: text === "" ? BACKSPACE : text });
    },
  };
}
