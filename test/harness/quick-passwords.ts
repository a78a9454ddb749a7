import type { PasswordHasher } from "../../src/core/ports/system/password-hasher.ts";

/** Hashes that cost nothing and protect nothing, for tests with many users that are not about passwords. */
export const quickPasswords: PasswordHasher = {
  hash: async (password) => `quick ${password}`,
  verify: async (password, hash) => password !== "" && hash === `quick ${password}`,
  dummyHash: "quick",
};
