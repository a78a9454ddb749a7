import { createHash } from "node:crypto";

/** Built as the hosted service's documents describe for a backend, for a user of `org/app`. */
export function dynamicToken(
  app: string,
  client: { readonly id: string; readonly secret: string },
  userId: string,
  ttl: number,
): string {
  const appkey = app.replace("/", "#");
  const curTime = Math.floor(Date.now() / 1000);
  const signed = `${client.id}${appkey}${userId}${curTime}${ttl}${client.secret}`;
  const signature = createHash("sha256").update(signed).digest("hex");
  return Buffer.from(`dt-${JSON.stringify({ signature, appkey, userId, curTime, ttl })}`).toString("base64url");
}
