import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { UserName } from "../../src/core/model.ts";
import type { StoredAttributes } from "../../src/core/ports/attribute-store.ts";
import { AttributeCache } from "../../src/store/cache/attribute-cache.ts";
import { keyHash } from "../../src/store/cache/key-hash.ts";
import { RingCache } from "../../src/store/cache/ring-cache.ts";
import { newVersionStampCells, VersionStamps, WRITE_IN_PROGRESS } from "../../src/store/cache/version-stamps.ts";
import { name } from "../contract/open-for-test.ts";

function attributes(number: number, filling = 0, userId = `id of ${number}`): StoredAttributes {
  const json = JSON.stringify({ filling: "é😀x".repeat(filling), number: `${number}` });
  return { userId, json, bytes: number * 7, version: 2 ** 40 + number, modified: 1_796_700_000_000 + number };
}

describe("the ring cache", () => {
  test("returns the entry last added with that stamp, or nothing: never another user's, never an older one", () => {
    const step = fc.record({
      user: fc.integer({ min: 0, max: 40 }),
      stamp: fc.integer({ min: -1, max: 1 }),
      filling: fc.integer({ min: 0, max: 60 }),
      isRead: fc.boolean(),
    });
    let hits = 0;
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 200, maxLength: 400, size: "max" }),
        fc.integer({ min: 0, max: 60_000 }),
        (steps, bytesMax) => {
          const slab = new RingCache(bytesMax);
          const model = new Map<number, { stamp: number; stored: StoredAttributes }>();
          for (const [index, { user, stamp, filling, isRead }] of steps.entries()) {
            // Few places, so that users meet in buckets and tags are equal.
            const at = [keyHash(1, String(user % 3)), 1 + (user % 2), `user${user}`] as const;
            if (isRead) {
              const found = slab.find(...at, stamp);
              const last = model.get(user);
              if (found === undefined) continue;
              hits += 1;
              expect(stamp).toBe(last?.stamp ?? Number.NaN);
              expect(found).toEqual(last?.stored ?? attributes(0));
            } else {
              const stored = attributes(index, filling);
              slab.add(...at, stamp, stored);
              // An entry too large for the cache leaves the previous one, under a stamp that is no longer requested.
              if (slab.find(...at, stamp)?.version === stored.version) model.set(user, { stamp, stored });
              else model.set(user, { stamp: Number.NaN, stored });
            }
          }
        },
      ),
      { numRuns: 300 },
    );
    expect(hits).toBeGreaterThan(1000);
  });

  test("a version alone answers queries for versions, and the attributes replace it", () => {
    const slab = new RingCache(1_000_000);
    const { json: _, ...version } = attributes(7);
    slab.add(1, 1, "ada", 1, version);
    expect(slab.find(1, 1, "ada", 1)).toBeUndefined();
    expect(slab.findVersion(1, 1, "ada", 1)).toEqual(version);
    expect(slab.findModified(1, 1, "ada", 1)).toBe(version.modified);
    expect(slab.findVersion(1, 1, "ada", 2)).toBeUndefined();
    expect(slab.findModified(1, 1, "bob", 1)).toBeUndefined();
    slab.add(1, 1, "ada", 1, attributes(7, 20));
    expect(slab.find(1, 1, "ada", 1)).toEqual(attributes(7, 20));
    expect(slab.findVersion(1, 1, "ada", 1)).toEqual(version);
    expect(slab.findModified(1, 1, "ada", 1)).toBe(version.modified);
  });

  test("holds the users that fit into its memory, and keeps those that are read", () => {
    const slab = new RingCache(1_000_000);
    const place = (user: number) => [keyHash(1, `user${user}`), 1, `user${user}`] as const;
    const id = "0d8f2f34-0000-4000-8000-000000000000";
    for (let user = 0; user < 50_000; user++) {
      slab.add(...place(user), 1, attributes(user, 10, id));
      for (let hot = 0; hot < 100; hot++) if (user % 50 === 0 && hot < user) slab.find(...place(hot), 1);
    }
    const held = (from: number, to: number): number => {
      let count = 0;
      for (let user = from; user < to; user++) if (slab.find(...place(user), 1) !== undefined) count += 1;
      return count;
    };
    expect(held(0, 100)).toBeGreaterThan(90);
    // About 250 bytes per record, including room to grow.
    expect(held(100, 50_000)).toBeGreaterThan(2000);
  });

  test("overwriting takes no more memory, so sets evict no other user", () => {
    const slab = new RingCache(1_000_000);
    const place = (user: number) => [keyHash(1, `user${user}`), 1, `user${user}`] as const;
    for (let user = 0; user < 1000; user++) slab.add(...place(user), 1, attributes(user, 10, "id"));
    for (let set = 0; set < 20_000; set++) slab.add(...place(set % 10), set, attributes(set, 10 - (set % 3), "id"));
    let held = 0;
    for (let user = 10; user < 1000; user++) if (slab.find(...place(user), 1) !== undefined) held += 1;
    expect(held).toBe(990);
  });

  test("a cache of no bytes holds nothing and refuses nothing", () => {
    const slab = new RingCache(0);
    slab.add(1, 1, "ada", 1, attributes(1));
    expect(slab.find(1, 1, "ada", 1)).toBeUndefined();
  });
});

describe("the attribute cache", () => {
  /** An engine with one value per user, which counts its reads. */
  function start() {
    const stamps = new VersionStamps(newVersionStampCells());
    const values = new Map<UserName, StoredAttributes>();
    let reads = 0;
    const readOne = (_app: number, user: UserName): StoredAttributes | undefined => {
      reads += 1;
      return values.get(user);
    };
    const readMany = (app: number, users: readonly UserName[]) => users.map((user) => readOne(app, user));
    const cache = new AttributeCache(1_000_000, stamps, {
      one: readOne,
      many: readMany,
      version: readOne,
      versions: readMany,
    });
    return { stamps, values, cache, reads: () => reads };
  }

  const ADA = name("ada");
  const BOB = name("bob");
  const place = keyHash(1, ADA);

  test("a second read does not reach the engine, alone or among many", () => {
    const { values, cache, reads } = start();
    values.set(ADA, attributes(1)).set(BOB, attributes(2));
    expect(cache.one(1, ADA)).toEqual(attributes(1));
    expect(cache.one(1, ADA)).toEqual(attributes(1));
    expect(cache.many(1, [BOB, ADA, name("cyd"), BOB])).toEqual([
      attributes(2),
      attributes(1),
      undefined,
      attributes(2),
    ]);
    const before = reads();
    expect(cache.many(1, [ADA, BOB])).toEqual([attributes(1), attributes(2)]);
    expect(reads()).toBe(before);
  });

  test("versions are read from the engine once, and later from cached reads", () => {
    const { stamps, values, cache, reads } = start();
    const { json: _, ...ada } = attributes(1);
    values.set(ADA, attributes(1)).set(BOB, attributes(2));
    expect(cache.modifiedOf(1, [BOB, name("cyd"), ADA])).toEqual([attributes(2).modified, undefined, ada.modified]);
    const before = reads();
    expect(cache.modifiedOf(1, [ADA, BOB])).toEqual([ada.modified, attributes(2).modified]);
    expect(cache.version(1, ADA)).toMatchObject(ada);
    expect(reads()).toBe(before);
    expect(cache.one(1, ADA)).toEqual(attributes(1));
    stamps.begin([place]);
    values.set(ADA, attributes(3));
    expect(cache.version(1, ADA)).toEqual(attributes(3));
    expect(cache.modifiedOf(1, [ADA, BOB])).toEqual([attributes(3).modified, attributes(2).modified]);
    stamps.end([place]);
    values.set(ADA, attributes(4));
    expect(cache.modifiedOf(1, [ADA])).toEqual([attributes(4).modified]);
    expect(cache.version(1, ADA)).toMatchObject({ version: attributes(4).version });
  });

  test("from the beginning of a commit to its end every read reaches the engine, and its result is not cached", () => {
    const { stamps, values, cache } = start();
    values.set(ADA, attributes(1));
    cache.one(1, ADA);
    stamps.begin([place]);
    expect(stamps.of(place)).toBe(WRITE_IN_PROGRESS);
    expect(cache.one(1, ADA)).toEqual(attributes(1));
    values.set(ADA, attributes(2));
    expect(cache.one(1, ADA)).toEqual(attributes(2));
    stamps.end([place]);
    values.set(ADA, attributes(3));
    expect(cache.one(1, ADA)).toEqual(attributes(3));
  });

  test("a change of all stripes evicts all entries", () => {
    const { stamps, values, cache } = start();
    values.set(ADA, attributes(1));
    cache.one(1, ADA);
    stamps.beginAll();
    values.set(ADA, attributes(2));
    expect(cache.one(1, ADA)).toEqual(attributes(2));
    stamps.endAll();
    values.set(ADA, attributes(3));
    expect(cache.one(1, ADA)).toEqual(attributes(3));
    expect(cache.many(1, [ADA])).toEqual([attributes(3)]);
  });

  test("a thread's own write stays cached only until another thread writes", () => {
    const { stamps, values, cache, reads } = start();
    stamps.begin([place]);
    stamps.end([place]);
    const stamp = stamps.of(place);
    cache.add(1, ADA, stamp, attributes(1));
    expect(cache.one(1, ADA)).toEqual(attributes(1));
    expect(reads()).toBe(0);
    stamps.begin([place]);
    stamps.end([place]);
    values.set(ADA, attributes(2));
    cache.add(1, ADA, stamp, attributes(1));
    expect(cache.one(1, ADA)).toEqual(attributes(2));
  });

  test("a writer that ends in mid-commit leaves a stripe that becomes even with its next commit", () => {
    const { stamps } = start();
    stamps.begin([place]);
    stamps.begin([place]);
    stamps.end([place, place]);
    expect(stamps.of(place)).not.toBe(WRITE_IN_PROGRESS);
    const settled = stamps.of(place);
    stamps.end([place]);
    expect(stamps.of(place)).toBe(settled);
  });
});
