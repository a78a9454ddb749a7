import { expect, test } from "bun:test";
import { availableParallelism, networkInterfaces } from "node:os";
import { appKey } from "../../src/core/model.ts";
import { loaded, mistakesOf } from "./load-input.ts";

const APP = { USERMETA_APP: "Acme/Chat", USERMETA_CLIENT_ID: "id", USERMETA_CLIENT_SECRET: "hush" };

test("nothing set: the documented defaults", () => {
  const { config, settings } = loaded();
  expect(config).toEqual({
    listen: { hostname: "127.0.0.1", port: 8080 },
    store: { text: "sqlite:/srv/usermeta/data/usermeta.db", password: undefined },
    workers: 1,
    cacheBytes: 268_435_456,
    stalenessMs: 0,
    app: undefined,
    defaults: {
      limits: { userBytesMax: 2048, appBytesMax: 10_737_418_240, batchMax: 100, ratePerSecond: 100 },
      registration: "authorised",
    },
    connectionsMax: undefined,
    bodiesBytesMax: 67_108_864,
    requestTimeoutS: 120,
    operatorKey: undefined,
    trustedProxies: [],
    log: "json",
  });
  expect(new Set(settings.map(({ source }) => source))).toEqual(new Set(["default", "not set"]));
});

test("auto is a worker for each processor, and one for the store that only one can serve", () => {
  expect(loaded({ env: { USERMETA_WORKERS: "auto" } }).config.workers).toBe(Math.min(64, availableParallelism()));
  expect(loaded({ env: { USERMETA_WORKERS: "auto", USERMETA_STORE: "memory:" } }).config.workers).toBe(1);
  expect(mistakesOf({ env: { USERMETA_WORKERS: "2", USERMETA_STORE: "memory:" } })).toEqual([
    "USERMETA_WORKERS: memory: is served by one worker only",
  ]);
});

test("the log is for people on a terminal only", () => {
  expect(loaded({ terminal: true }).config.log).toBe("pretty");
  expect(loaded({ terminal: false }).config.log).toBe("json");
});

test("a flag overrides the environment, and that the default", () => {
  const env = { USERMETA_LISTEN: "127.0.0.1:1", USERMETA_BATCH_MAX: "7" };
  const { config, settings } = loaded({ env, flags: { listen: "[::1]:2" } });
  expect(config.listen).toEqual({ hostname: "::1", port: 2 });
  expect(config.defaults.limits.batchMax).toBe(7);
  const sources = Object.fromEntries(settings.map(({ key, source }) => [key, source]));
  expect(sources).toMatchObject({ listen: "flag", batchMax: "environment", store: "default", app: "not set" });
});

test("an empty value is none", () => {
  const env = { USERMETA_LISTEN: "", USERMETA_OPERATOR_KEY: "", USERMETA_OPERATOR_KEY_FILE: "", USERMETA_TYPO: "" };
  expect(loaded({ env }).config).toEqual(loaded().config);
});

test("an app comes with its id and secret, and its key folded", () => {
  const { app } = loaded({ env: APP }).config;
  expect(app?.key).toBe(appKey("acme/chat"));
  expect(app?.clientId).toBe("id");
  expect(app?.clientSecret.reveal()).toBe("hush");
});

test("an app without its id or secret is an error, and so are they without an app", () => {
  expect(mistakesOf({ env: { USERMETA_APP: "a/b" } })).toEqual([
    "USERMETA_APP cannot go without USERMETA_CLIENT_ID and USERMETA_CLIENT_SECRET",
  ]);
  expect(mistakesOf({ env: { USERMETA_CLIENT_ID: "x", USERMETA_CLIENT_SECRET: "y" } })).toEqual([
    "USERMETA_CLIENT_ID and USERMETA_CLIENT_SECRET cannot go without USERMETA_APP",
  ]);
});

test("all errors are reported together, with option and value", () => {
  const env = {
    USERMETA_LISTEN: "65536",
    USERMETA_STORE: "mysql://root:pw@db/chat?timeout=1",
    USERMETA_APP: "app",
    USERMETA_USER_BYTES_MAX: "262145",
    USERMETA_APP_BYTES_MAX: "10GB",
    USERMETA_BATCH_MAX: "1001",
    USERMETA_OPERATOR_KEY: "too-short",
    USERMETA_TRUSTED_PROXIES: "10.0.0.0/33",
    USERMETA_REGISTRATION: "closed",
    USERMETA_LISTNE: "x",
  };
  const mistakes = mistakesOf({ env, flags: { ratePerSecond: "-1" } });
  expect(mistakes).toEqual([
    "USERMETA_LISTNE is not an option: did you mean USERMETA_LISTEN?",
    'USERMETA_LISTEN="65536": must be host:port such as 127.0.0.1:8080 or [::1]:8080, :port for all addresses, ' +
      "or the port of 127.0.0.1 alone",
    expect.stringMatching(/^USERMETA_APP="app": must be org\/app/),
    'USERMETA_USER_BYTES_MAX="262145": must be a whole number from 1 to 262144, with or without k, m or g (16k = 16384)',
    expect.stringMatching(/^USERMETA_APP_BYTES_MAX="10GB": must be a whole number from 1 to /),
    'USERMETA_BATCH_MAX="1001": must be a whole number from 1 to 1000',
    '--rate-per-second "-1": must be a whole number from 0 to 1000000',
    "USERMETA_OPERATOR_KEY: must be at least 16 characters, printable ASCII without spaces",
    'USERMETA_TRUSTED_PROXIES="10.0.0.0/33": must be addresses or ranges such as 10.0.0.0/8, separated by commas',
    'USERMETA_REGISTRATION="closed": must be open or authorised',
    "USERMETA_STORE: timeout must be a whole number of ms from 100 to 60000",
    "USERMETA_APP cannot go without USERMETA_CLIENT_ID and USERMETA_CLIENT_SECRET",
  ]);
});

test("a port alone is one of 127.0.0.1, and one after a colon one of all addresses", async () => {
  const listen = (text: string) => loaded({ env: { USERMETA_LISTEN: text } }).config.listen;
  expect(listen("8080")).toEqual({ hostname: "127.0.0.1", port: 8080 });
  expect(["::", "0.0.0.0"]).toContain(listen(":0").hostname);
  using server = Bun.serve({ ...listen(":0"), fetch: () => new Response("here") });
  const hosts = Object.values(networkInterfaces()).flatMap((found) => found ?? []);
  // A link-local address is none without its zone.
  const urls = hosts
    .filter(({ address }) => !address.startsWith("fe80:"))
    .map(({ address, family }) => `http://${family === "IPv6" ? `[${address}]` : address}:${server.port}`);
  expect(urls.length).toBeGreaterThan(0);
  for (const url of urls) expect([url, await (await fetch(url)).text()]).toEqual([url, "here"]);
});

test("what is written short is shown in full", () => {
  const env = { USERMETA_LISTEN: "8081", USERMETA_CACHE_BYTES: "16M", USERMETA_USER_BYTES_MAX: "4k" };
  const { config, settings } = loaded({ env });
  expect([config.cacheBytes, config.defaults.limits.userBytesMax]).toEqual([16_777_216, 4096]);
  const texts = Object.fromEntries(settings.map(({ key, text }) => [key, text]));
  expect(texts).toMatchObject({ listen: "127.0.0.1:8081", cacheBytes: "16777216", userBytesMax: "4096" });
});

test("a near miss of a name or of one of a few words is told what it may have meant", () => {
  const misses = {
    USERMETA_OPERATORKEY: ["0", "USERMETA_OPERATOR_KEY"],
    USERMETA_USER_BYTES: ["0", "USERMETA_USER_BYTES_MAX"],
    USERMETA_LISTEN_FILE: ["0", "USERMETA_LISTEN"],
    USERMETA_REGISTRATION: ["authorized", "authorised"],
    USERMETA_LOG: ["JSON", "json"],
    USERMETA_WORKERS: ["atuo", "auto"],
    USERMETA_STORE: ["data/chat.db", "sqlite:data/chat.db"],
  };
  for (const [name, [value = "", meant]] of Object.entries(misses)) {
    const [mistake, ...more] = mistakesOf({ env: { [name]: value } });
    expect([mistake, more]).toEqual([expect.stringContaining(name), []]);
    expect(mistake).toEndWith(`: did you mean ${meant}?`);
  }
  for (const [name, value] of [
    ["USERMETA_LOG", "verbose"],
    ["USERMETA_REGISTRATION", "closed"],
    ["USERMETA_STORE", "root:hush@db.db"],
  ] as const) {
    expect(mistakesOf({ env: { [name]: value } }).join()).not.toContain("did you mean");
  }
});

test("a name unlike any option gets no suggestion", () => {
  expect(mistakesOf({ env: { USERMETA_QQQQQQQQQQQQ: "1" } })).toEqual(["USERMETA_QQQQQQQQQQQQ is not an option"]);
});

test("names of other programs are left alone", () => {
  expect(mistakesOf({ env: { PATH: "/bin", usermeta_listen: "x", USERMETADATA: "y" } })).toEqual([]);
});

test("the configuration is frozen all the way down", () => {
  const frozen = (value: unknown): boolean =>
    typeof value !== "object" || value === null || (Object.isFrozen(value) && Object.values(value).every(frozen));
  const env = { ...APP, USERMETA_TRUSTED_PROXIES: "10.0.0.1, ::1/64", USERMETA_OPERATOR_KEY: "0123456789abcdef" };
  expect(frozen(loaded({ env }).config)).toBe(true);
});
