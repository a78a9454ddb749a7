import { describe, expect, test } from "bun:test";
import type { OpenForTest } from "./open-for-test.ts";

export function describeKeys(open: OpenForTest): void {
  describe("signing keys", () => {
    test("each has a larger id than the previous one, even if they are created concurrently", async () => {
      await using opened = await open();
      const { store } = opened;
      expect(await store.signingKeys()).toEqual([]);
      const secrets = Array.from({ length: 8 }, (_, index) => new Uint8Array(32).fill(index));
      const keys = await Promise.all(secrets.map((secret) => store.addSigningKey(secret, 1000)));
      expect(new Set(keys.map(({ id }) => id)).size).toBe(8);
      for (const { id } of keys) expect(id).toBeGreaterThan(0);
      const later = await store.addSigningKey(new Uint8Array(32), 1000);
      expect(later.id).toBeGreaterThan(Math.max(...keys.map(({ id }) => id)));
      const stored = await store.signingKeys();
      expect([...stored].sort((a, b) => a.id - b.id)).toEqual([...keys, later].sort((a, b) => a.id - b.id));
    });

    test("callers can change bytes that they passed in or read, without changing the stored key", async () => {
      await using opened = await open();
      const { store } = opened;
      const secret = new Uint8Array(32).fill(7);
      const key = await store.addSigningKey(secret, 1000);
      for (const bytes of [secret, key.secret]) bytes.fill(9);
      for (const read of await store.signingKeys()) read.secret.fill(9);
      expect(await store.signingKeys()).toEqual([{ id: key.id, secret: new Uint8Array(32).fill(7) }]);
    });
  });
}
