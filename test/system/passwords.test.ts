import { expect, test } from "bun:test";
import { Refusal } from "../../src/core/refusals.ts";
import { createPasswords } from "../../src/system/passwords.ts";

const passwords = createPasswords({ concurrent: 2, waitingMax: 16 });

test("argon2id with 19 MiB, 2 passes and 1 lane", async () => {
  expect(await passwords.hash("secret")).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
});

test("a password verifies against its own hash only, whatever it is made of", async () => {
  for (const password of ["secret", "密码🙂", "a\0b", " "]) {
    const hash = await passwords.hash(password);
    expect(await passwords.verify(password, hash)).toBe(true);
    expect(await passwords.verify(`${password}x`, hash)).toBe(false);
  }
  expect(await passwords.verify("a\0c", await passwords.hash("a\0b"))).toBe(false);
});

test("an empty password never verifies", async () => {
  expect(await passwords.verify("", await passwords.hash("secret"))).toBe(false);
});

test("a hash that cannot be read is a fault, not a wrong password", async () => {
  for (const hash of ["", "secret", "$argon2id$v=19$m=19456,t=2,p=1$???$???"]) {
    expect(await passwords.verify("secret", hash).catch((error) => error)).toBeInstanceOf(Error);
  }
});

test("who comes after those who wait is refused as busy; the others are all served", async () => {
  const small = createPasswords({ concurrent: 1, waitingMax: 2 });
  const results = await Promise.allSettled([1, 2, 3, 4, 5].map((number) => small.hash(`secret ${number}`)));
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "fulfilled", "rejected", "rejected"]);
  for (const result of results.slice(3)) {
    const reason: unknown = result.status === "rejected" ? result.reason : undefined;
    expect(reason).toBeInstanceOf(Refusal);
    expect(reason).toMatchObject({ refused: { code: "busy", retryAfterMs: 1000 } });
  }
  expect(await small.hash("and again")).toStartWith("$argon2id$");
});

test("a fault gives its place back", async () => {
  const small = createPasswords({ concurrent: 1, waitingMax: 0 });
  for (let time = 1; time <= 3; time++) await small.verify("secret", "unreadable").catch(() => {});
  expect(await small.hash("secret")).toStartWith("$argon2id$");
});
