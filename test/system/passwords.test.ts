import { expect, test } from "bun:test";
import { argon2id as passwords } from "../../src/system/passwords.ts";

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

test("the dummy hash matches no password, and has the parameters of all others", async () => {
  const parameters = (hash: string) => hash.split("$").slice(0, 4);
  const own = await passwords.hash("secret");
  expect(parameters(passwords.dummyHash)).toEqual(parameters(own));
  expect(passwords.dummyHash).toHaveLength(own.length);
  for (const password of ["", "secret", "\0"]) {
    expect(await passwords.verify(password, passwords.dummyHash)).toBe(false);
  }
});
