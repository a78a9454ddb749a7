/** The gateways of docs/GATEWAY.md, as they stand there: the requests that reach the hosted service, and their form. */
import { describe, expect, test } from "bun:test";
import { connect } from "node:net";
import { send } from "../harness/client.ts";
import { eventually } from "../harness/eventually.ts";
import { chunked, connectRaw } from "../harness/raw.ts";
import { GATEWAYS, type GatewayName } from "./gateway.ts";
import { HOSTED_HOST } from "./gateway-environment.ts";
import type { Echo } from "./gateway-hosted.ts";
import { HOSTED_PATHS } from "./gateway-paths.ts";
import { readRecipe } from "./gateway-recipe.ts";
import { gatewayIsLeftOut, startGatewaySetting } from "./gateway-setting.ts";

const BEARER = ["Authorization", "Bearer YWMtsecret"] as const;

/** What the access log has of a GET of Ada's attributes that usermeta answers 401. */
const LOGGED: Readonly<Record<GatewayName, (usermeta: string) => string>> = {
  nginx: (usermeta) => `GET /org/app/metadata/user/ada 401 ${usermeta} `,
  caddy: () => '"uri":"/org/app/metadata/user/ada"',
};

/** Caddy merges doubled slashes before it compares: these go to usermeta, which has no such path. */
const MERGED_BY_CADDY: ReadonlySet<string> = new Set(["//org/app/metadata/user/ada", "/org//app/metadata/user/ada"]);

for (const name of GATEWAYS) {
  describe.skipIf(gatewayIsLeftOut(name))(`through the ${name} of docs/GATEWAY.md`, () => {
    test("everything else reaches the hosted service byte for byte, under its own name, its certificate verified", async () => {
      await using setting = await startGatewaySetting(name);
      await using connection = await connectRaw(setting.gateway.origin);
      for (const path of HOSTED_PATHS.filter((path) => name !== "caddy" || !MERGED_BY_CADDY.has(path))) {
        for (const method of ["GET", "POST", "PUT", "DELETE", "OPTIONS"]) {
          const body = method === "POST" || method === "PUT" ? '{"a": "é"}' : "";
          const sent = { headers: [BEARER, ["X-Mine", path]] as const, body };
          const answer = await connection.call(method, path, sent);
          const { side, serverName, requestLine, headers, ...rest }: Echo = answer.body;
          expect([side, requestLine, rest.body]).toEqual(["hosted", `${method} ${path} HTTP/1.1`, body]);
          expect([serverName, headers.host]).toEqual([HOSTED_HOST, HOSTED_HOST]);
          expect([headers.authorization, headers["x-mine"]]).toEqual([BEARER[1], path]);
          expect(answer.headers.get("x-side")).toBe("hosted");
          expect(answer.headers.has("access-control-allow-origin")).toBe(false);
        }
      }
    });

    test("files go through as they come, whole or in chunks", async () => {
      await using setting = await startGatewaySetting(name);
      await using connection = await connectRaw(setting.gateway.origin);
      const path = "/org/app/chatfiles";
      const file = "x".repeat(3_000_000);
      const whole = await connection.call("POST", path, { headers: [BEARER], body: file });
      expect(whole.body.body).toBe(file);
      const headers = [BEARER, ["Transfer-Encoding", "chunked"]] as const;
      const inChunks = await connection.call("POST", path, { headers, body: chunked("é", file) });
      expect(inChunks.body.body).toBe(`é${file}`);
    });

    test("a WebSocket and its messages are passed on; the log does not hold its token", async () => {
      await using setting = await startGatewaySetting(name);
      const socket = connect(Number(new URL(setting.gateway.origin).port), "127.0.0.1");
      const head = ["GET /ws?token=YWMtsecret HTTP/1.1", "Host: x", "Upgrade: websocket", "Connection: Upgrade"];
      socket.write(
        `${head.join("\r\n")}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n`,
      );
      let text = "";
      for await (const bytes of socket) {
        text += bytes;
        if (text.endsWith("\r\n\r\n")) socket.write("frame");
        if (text.endsWith("frame")) break;
      }
      socket.destroy();
      expect(text).toStartWith("HTTP/1.1 101 ");
      await send("GET", `${setting.base}/metadata/user/ada`, { token: "YWMtsecret" });
      // A gateway writes a request's line when it is done with it, which may be after the client is.
      const line = LOGGED[name](new URL(setting.service.origin).host);
      await eventually(async () => expect(await setting.gateway.log()).toContain(line));
      expect(await setting.gateway.log()).toContain("/ws");
      expect(await setting.gateway.log()).not.toContain("YWMtsecret");
    });

    test("usermeta's own pages are out of reach, however their path is written", async () => {
      await using setting = await startGatewaySetting(name);
      for (const path of [
        "/-/ready",
        "/-/health",
        "//-/ready",
        "/%2d/ready",
        "/org/app/metadata/user/../../../../-/ready",
        "/org/app/metadata/user/..%2f..%2f..%2f..%2f-/ready",
        "/org/app/metadata/user/%2e%2e/%2e%2e/%2e%2e/%2e%2e/-/ready",
        "/org/app/metadata/user/%252e%252e/%252e%252e/-/ready",
        "/-/ready/../../org/app/metadata/user/ada",
        "/-/ready%2f..%2f..%2forg/app/metadata/user/ada",
        "/-/ready?/org/app/metadata/user/ada",
        "http://127.0.0.1/-/ready",
      ]) {
        await using connection = await connectRaw(setting.gateway.origin);
        const { text } = await connection.call("GET", path);
        expect([path, /"status":"(alive|ready)"/.test(text)]).toEqual([path, false]);
      }
      expect((await send("GET", `${setting.gateway.origin}/-/ready`)).body.side).toBe("hosted");
    });

    test("the check list tells the two sides apart", async () => {
      await using setting = await startGatewaySetting(name);
      const lines = readRecipe("check list")
        .split("\n")
        .filter((line) => line.startsWith("curl "));
      const answers: string[] = [];
      for (const line of lines) {
        const [, method = "GET", path = ""] = /^curl -si (?:-X (\w+) )?\$G(\S+)/.exec(line) ?? [];
        const { status, text, headers } = await send(method, setting.gateway.origin + path);
        answers.push(text.includes('"side":"hosted"') ? "hosted" : `${status}`);
        if (method === "OPTIONS" && status === 200 && headers.has("allow"))
          expect(line).toContain(headers.get("allow") ?? "");
      }
      const promised = lines.map((line) => /# (\d+)/.exec(line)?.[1] ?? "hosted");
      expect(answers).toEqual(promised);
      expect(answers).toEqual(["200", "401", "404", "hosted", "hosted", "hosted"]);
    });
  });
}

describe.skipIf(gatewayIsLeftOut("caddy"))("through the caddy of docs/GATEWAY.md", () => {
  test("paths with doubled slashes go to usermeta, which answers 404", async () => {
    await using setting = await startGatewaySetting("caddy");
    await using connection = await connectRaw(setting.gateway.origin);
    for (const path of MERGED_BY_CADDY) {
      const { status, body } = await connection.call("GET", path);
      expect([path, status, body.error_description !== undefined]).toEqual([path, 404, true]);
    }
  });
});
