import { expect } from "bun:test";
import { type Admin, send } from "../harness/client.ts";
import type { TestService } from "../harness/service.ts";

const encoder = new TextEncoder();

/** All users of the app as read through the wire, by name; by batch, as no GET reads a user `capacity`. */
export async function readEveryUser(
  { base }: Pick<TestService, "base">,
  { token }: Admin,
): Promise<Map<string, Record<string, string>>> {
  const found = new Map<string, Record<string, string>>();
  let cursor: string | undefined;
  do {
    const query = cursor === undefined ? "" : `&cursor=${cursor}`;
    const page = await send("GET", `${base}/users?limit=100${query}`, { token });
    expect(page.status).toBe(200);
    const targets: string[] = page.body.entities.map(({ username }: { username: string }) => username);
    const batch = await send("POST", `${base}/metadata/user/get`, { token, json: { targets } });
    expect(batch.status).toBe(200);
    for (const name of targets) found.set(name, Object.hasOwn(batch.body.data, name) ? batch.body.data[name] : {});
    cursor = page.body.cursor;
  } while (cursor !== undefined);
  return found;
}

/** Σ UTF-8 bytes of keys and values, counted independently of the server. */
export function bytesOf(attributes: Readonly<Record<string, string>>): number {
  return Object.entries(attributes).reduce((sum, texts) => sum + encoder.encode(texts.join("")).length, 0);
}

/** Promise 3: "At rest, capacity equals Σ of what reading every user gives". */
export async function expectExactCapacity(service: Pick<TestService, "base">, admin: Admin): Promise<number> {
  const users = await readEveryUser(service, admin);
  const sum = [...users.values()].reduce((bytes, attributes) => bytes + bytesOf(attributes), 0);
  expect(await admin.capacity()).toBe(sum);
  return sum;
}
