import { createHash } from "node:crypto";

export const CLIENT_ID = "YXA6hosted-client";
export const CLIENT_SECRET = "YXA6hosted-secret";

interface Parts {
  readonly user?: string;
  readonly appkey?: string;
  /** Seconds since 1970. */
  readonly time?: number;
  readonly ttl?: number;
  readonly secret?: string;
  readonly clientId?: string;
}

/** As the hosted service's documents have a backend make it (docs/IDENTITY.md). */
export function dynamicToken(parts: Parts = {}): string {
  const { user = "ada", appkey = "org#app", time = Math.floor(Date.now() / 1000), ttl = 600 } = parts;
  const { secret = CLIENT_SECRET, clientId = CLIENT_ID } = parts;
  const signature = createHash("sha256").update(`${clientId}${appkey}${user}${time}${ttl}${secret}`).digest("hex");
  return packed({ signature, appkey, userId: user, curTime: time, ttl });
}

export function packed(content: unknown): string {
  return Buffer.from(`dt-${JSON.stringify(content)}`).toString("base64url");
}
