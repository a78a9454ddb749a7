/**
 * A stand-in for the hosted service: it knows its own tokens, and tells users about themselves (docs/PROTOCOL.md §
 * Users).
 */
import { randomBytes, randomUUID } from "node:crypto";

interface Made {
  /** 2 = an app's, 3 = a user's. */
  readonly kind?: number;
  /** ms since 1970. */
  readonly issued?: number;
  /** 0 = permanent. */
  readonly seconds?: number;
}

export class HostedService implements AsyncDisposable {
  readonly #server: Bun.Server<undefined>;
  readonly #tokens = new Map<
    string,
    { readonly uuid: string; readonly username: string; readonly activated: boolean }
  >();
  asked = 0;
  /** About tokens that it does not know. */
  askedInVain = 0;
  /** How long it takes to say that it does not know one; ms. */
  unknownDelayMs = 0;
  /** Instead of the right answer. */
  answer: ((uuid: string) => Response | Promise<Response>) | undefined;

  constructor() {
    this.#server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: (request) => this.#answer(request) });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.port}/org/app`;
  }

  /** A token that the service will know. */
  token(username: string, made: Made = {}, activated = true): string {
    const uuid = randomUUID();
    const token = hostedToken(uuid, made);
    this.#tokens.set(token, { uuid, username, activated });
    return token;
  }

  revoke(token: string): void {
    this.#tokens.delete(token);
  }

  revokeAll(): void {
    this.#tokens.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop(true);
  }

  async #answer(request: Request): Promise<Response> {
    this.asked += 1;
    const uuid = new URL(request.url).pathname.split("/").at(-1) ?? "";
    if (this.answer !== undefined) return await this.answer(uuid);
    const user = this.#tokens.get(request.headers.get("authorization")?.replace("Bearer ", "") ?? "");
    if (user === undefined || user.uuid !== uuid) {
      this.askedInVain += 1;
      if (this.unknownDelayMs > 0) await Bun.sleep(this.unknownDelayMs);
      const error = { error: "auth_bad_access_token", error_description: "Unable to authenticate" };
      return Response.json(error, { status: 401 });
    }
    return Response.json({ action: "get", path: "/users", entities: [{ ...user, type: "user" }], count: 1 });
  }
}

export function hostedToken(uuid: string, { kind = 3, issued = Date.now(), seconds = 600 }: Made = {}): string {
  const times = Buffer.alloc(12);
  times.writeBigUInt64BE(BigInt(issued));
  times.writeUInt32BE(seconds, 8);
  const parts = [
    Buffer.from("ac-"),
    randomBytes(32),
    Buffer.from(uuid.replaceAll("-", ""), "hex"),
    Buffer.from([kind, 3]),
  ];
  return Buffer.concat([...parts, times, randomBytes(32)]).toString("base64url");
}
